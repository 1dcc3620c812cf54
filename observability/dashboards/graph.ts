import type { Panel } from '../../model/dashboard.ts'
import { escapeMarkup } from '../../model/markup.ts'
import { formatValue } from '../../model/value.ts'

export interface GraphSeries {
  name: string
  /** Seconds since the epoch → value. */
  points: [at: number, value: number][]
}

export interface GraphMark {
  /** Seconds since the epoch. */
  at: number
  label: string
}

const size = { width: 820, height: 260 }
const inner = { left: 70, right: 14, top: 40, bottom: 52 }
const colours = ['#2f7ed8', '#e07b39', '#2a9d6f', '#b455c9', '#c9a227', '#d1495b', '#4aa3a2', '#7a6ff0']
const mostSeries = colours.length

/** A panel as a picture for documents: a self-contained SVG, with the time since `zero` (seconds since the epoch) on its axis. */
export function graphSvg(panel: Panel, all: GraphSeries[], marks: GraphMark[], range: { from: number; to: number; zero: number }): string {
  const series = all.slice(0, mostSeries)
  const { from, to, zero } = range
  const most =
    Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)), (panel.threshold?.value ?? 0) * 1.05, 1e-9) * 1.08
  const plot = { width: size.width - inner.left - inner.right, height: size.height - inner.top - inner.bottom }
  const x = (at: number) => inner.left + ((at - from) / (to - from)) * plot.width
  const y = (value: number) => inner.top + plot.height * (1 - value / most)
  const text = (left: number, top: number, words: string, traits = '') =>
    `<text x="${fixed(left)}" y="${fixed(top)}" ${traits}>${escapeMarkup(words)}</text>`
  const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const top = y(most * share)
    return `<path d="M${inner.left} ${fixed(top)}h${plot.width}" stroke="#8884" fill="none"/>${text(inner.left - 6, top + 4, formatValue(most * share, panel.unit), 'text-anchor="end"')}`
  })
  const step = stepOf(to - from)
  const columns = Array.from({ length: Math.floor((to - zero) / step) + 1 }, (_, index) => zero + index * step).map((at) =>
    text(
      x(at),
      inner.top + plot.height + 15,
      `${Math.floor((at - zero) / 60)}:${String(Math.round(at - zero) % 60).padStart(2, '0')}`,
      'text-anchor="middle"',
    ),
  )
  const upright = marks
    .filter(({ at }) => at >= from && at <= to)
    .map(
      ({ at, label }, index) =>
        `<path d="M${fixed(x(at))} ${inner.top}v${plot.height}" stroke="#7a6ff0" stroke-dasharray="3 3" fill="none"/>${text(x(at) + 3, inner.top + 10 + (index % 4) * 11, label, 'fill="#7a6ff0" font-size="10"')}`,
    )
  const lines = series.map(({ points }, index) => {
    const path = points.filter(([, value]) => Number.isFinite(value)).map(([at, value]) => `${fixed(x(at))} ${fixed(y(value))}`)
    return path.length === 0 ? '' : `<path d="M${path.join('L')}" stroke="${colours[index]}" stroke-width="1.6" fill="none"/>`
  })
  const threshold = panel.threshold
    ? `<path d="M${inner.left} ${fixed(y(panel.threshold.value))}h${plot.width}" stroke="#d1495b" stroke-dasharray="6 4" fill="none"/>`
    : ''
  const share = plot.width / Math.max(1, series.length)
  const legend = series.map(
    ({ name }, index) =>
      `<rect x="${fixed(inner.left + index * share)}" y="${size.height - 22}" width="10" height="10" fill="${colours[index]}"/>${text(inner.left + index * share + 14, size.height - 13, name)}`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="system-ui, sans-serif" font-size="11" fill="#333" role="img" aria-label="${escapeMarkup(panel.title)}">
<rect width="100%" height="100%" fill="#fff"/>
${text(inner.left, 22, panel.title, 'font-size="14" font-weight="600"')}
${[...rows, ...columns, ...upright, threshold, ...lines, ...legend].filter(Boolean).join('\n')}
</svg>
`
}

/** Distance between two labels of the axis, in seconds, for up to ten labels. */
const stepOf = (seconds: number): number => [10, 15, 30, 60, 120, 300, 600, 1_800].find((step) => seconds / step <= 10) ?? 3_600

const fixed = (value: number): string => value.toFixed(1)
