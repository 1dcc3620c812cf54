import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Panel } from '../../../model/dashboard.ts'
import type { Exemplar } from '../../../model/exemplar.ts'
import { formatValue } from '../../../model/value.ts'
import { useMedia } from '../lib/media.ts'
import { useOpenLink } from '../lib/open-link.ts'
import type { Series } from '../lib/prometheus.ts'
import { clock } from '../lib/time.ts'
import { placeLabels, type Marker } from './marker-labels.ts'

/** A change, drawn over a graph as a vertical line. */
interface Props {
  series: Series[]
  exemplars: Exemplar[]
  /** Seconds since the epoch. */
  start: number
  end: number
  step: number
  panel: Panel
  markers: Marker[]
  /** Pixels. */
  height?: number
  onZoom?: (range: { from: number; to: number }) => void
}

const usualHeight = 170
const colours = ['#2f7ed8', '#e07b39', '#2a9d6f', '#b455c9', '#c9a227', '#d1495b', '#4aa3a2', '#7a6ff0', '#8a8f98']
const labelFont = '600 11px "Inter Variable", system-ui'
const markerColours = { deploy: '#7a6ff0', alert: '#d1495b', action: '#2a9d6f' }
const colour = (index: number): string => colours[index % colours.length] ?? '#888'

export const Plot = memo(function Plot(props: Props) {
  const { series, exemplars, start, end, step, panel, markers, height = usualHeight } = props
  const host = useRef<HTMLDivElement>(null)
  const [plot, setPlot] = useState<uPlot | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  // The dots' positions depend on the size, which uPlot reports by its hook.
  const [drawn, setDrawn] = useState(0)
  // They may be from the previous data.
  const dots = useMemo(() => exemplars.filter(({ at }) => at >= start && at <= end), [exemplars, start, end])
  const times = useMemo(
    () => Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
    [start, end, step],
  )
  const columns = useMemo(
    () =>
      series.map(({ points }) => {
        const byTime = new Map(points)
        return times.map((at) => byTime.get(at) ?? null)
      }),
    [series, times],
  )
  // A canvas does not change its colours by itself.
  const dark = useMedia('(prefers-color-scheme: dark)')
  const latest = useRef({ ...props, height, dots })
  useLayoutEffect(() => {
    latest.current = { ...props, height, dots }
  })
  const names = series.map(({ name }) => name).join('\n')

  // One plot as long as its series stay the same, so that new data does not disturb its reader.
  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = createPlot(element, names === '' ? [] : names.split('\n'), latest, setHovered, () => setDrawn((count) => count + 1))
    setPlot(made)
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: latest.current.height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [names, dark])

  useEffect(() => {
    if (plot && plot.height !== height) plot.setSize({ width: plot.width, height })
  }, [plot, height])

  useEffect(() => {
    plot?.setData([times, ...columns])
  }, [plot, times, columns, markers, dots])

  const at = hovered === null ? null : times[hovered]
  return (
    <>
      <div className="plot">
        <div ref={host} />
        {plot && times.length > 0 && series.length > 0 && <Dots drawn={drawn} plot={plot} dots={dots} unit={panel.unit} />}
        {plot && <MarkerLabels drawn={drawn} plot={plot} markers={markers} />}
      </div>
      {series.length === 0 && <p className="quiet">No data in this range.</p>}
      <ul className="legend">
        {at !== null && at !== undefined && <li className="quiet">{clock(at * 1_000)}</li>}
        {series.slice(0, 12).map(({ name, points }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- series may share a name, and are coloured by their place
          <li key={`${name}-${index}`}>
            <span className="swatch" style={{ background: colour(index) }} />
            {name} <b>{formatValue(hovered === null ? points.at(-1)?.[1] : columns[index]?.[hovered], panel.unit)}</b>
          </li>
        ))}
        {panel.threshold && <li className="quiet legend-hint">┄ {panel.threshold.label}</li>}
        {dots.length > 0 && <li className="quiet legend-hint">○ one request: opens its trace</li>}
      </ul>
    </>
  )
})

interface Over {
  plot: uPlot
  /** Counts redraws, which may move positions, unlike moves of the cursor. */
  drawn: number
}

/** Links instead of pixels, so that a keyboard reaches them too. */
const Dots = memo(function Dots({ plot, dots, unit }: Over & { dots: Exemplar[]; unit: Panel['unit'] }) {
  const open = useOpenLink()
  const { left, top } = plot.bbox
  return dots.map((dot) => (
    <a
      key={`${dot.traceId}-${dot.at}`}
      href={`/traces/${dot.traceId}`}
      onClick={open}
      className="exemplar"
      title={`${dot.labels['service'] ?? ''} ${dot.labels['route'] ?? ''} ${formatValue(dot.value, unit)} at ${clock(dot.at * 1_000)}: open its trace`}
      aria-label={`Open the trace of a request of ${formatValue(dot.value, unit)}`}
      style={{
        left: left / devicePixelRatio + plot.valToPos(dot.at, 'x'),
        top: top / devicePixelRatio + plot.valToPos(dot.value, 'y'),
      }}
    />
  ))
})

const measuring = document.createElement('canvas').getContext('2d')
/** Size of a label with its padding, in pixels. */
function widthOf(words: string): number {
  if (!measuring) return words.length * 7
  measuring.font = labelFont
  return Math.ceil(measuring.measureText(words).width) + 6
}

/** Each at its line; hovering shows all its markers. */
const MarkerLabels = memo(function MarkerLabels({ plot, markers }: Over & { markers: Marker[] }) {
  const { left, top, width } = plot.bbox
  const placed = placeLabels(
    markers.map((marker) => ({ ...marker, x: plot.valToPos(marker.at, 'x') })),
    width / devicePixelRatio,
    widthOf,
  )
  return placed.map((label) => (
    <span
      key={`${label.x} ${label.text}`}
      className={`marker-label ${label.kind}`}
      title={label.all.join('\n')}
      style={{ left: left / devicePixelRatio + label.left, top: top / devicePixelRatio + label.row * 16 }}
    >
      {label.text}
    </span>
  ))
})

interface Latest {
  current: Props & { height: number; dots: Exemplar[] }
}

function createPlot(
  element: HTMLElement,
  names: string[],
  latest: Latest,
  onHover: (index: number | null) => void,
  onDrawn: () => void,
): uPlot {
  const text = getComputedStyle(element).color
  const axis = { stroke: text, grid: { stroke: 'rgba(128,128,128,0.15)', width: 1 }, ticks: { show: false } }
  const { unit } = latest.current.panel
  return new uPlot(
    {
      width: element.clientWidth,
      height: latest.current.height,
      legend: { show: false },
      cursor: {
        drag: { x: latest.current.onZoom !== undefined, y: false, setScale: false },
        points: { size: 5 },
        sync: { key: 'firedrill' },
      },
      scales: {
        x: { time: true, range: () => [latest.current.start, latest.current.end] },
        y: { range: (_plot, _low, high) => [0, top(latest.current, high)] },
      },
      axes: [
        { ...axis, size: 26, values: (_plot, splits) => splits.map((at) => clock(at * 1_000).slice(0, at % 60 === 0 ? 5 : 8)) },
        { ...axis, size: 62, values: (_plot, splits) => splits.map((value) => formatValue(value, unit)) },
      ],
      series: [{}, ...names.map((label, index) => ({ label, stroke: colour(index), width: 1.5, points: { show: false } }))],
      hooks: {
        draw: [(plot) => drawOver(plot, latest.current.markers, latest.current.panel.threshold), onDrawn],
        setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
        setSelect: [
          (plot) => {
            if (plot.select.width < 4) return
            const from = Math.round(plot.posToVal(plot.select.left, 'x') * 1_000)
            const to = Math.round(plot.posToVal(plot.select.left + plot.select.width, 'x') * 1_000)
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            latest.current.onZoom?.({ from, to })
          },
        ],
      },
    },
    [[], ...names.map(() => [])],
    element,
  )
}

/** The upper end of the axis: nothing is cut off, and tiny values do not look large. */
function top({ dots, panel }: Latest['current'], high: number | null): number {
  const least = { ratio: 0.01, seconds: 0.01, rps: 1, count: 1, bytes: 1024 * 1024 }[panel.unit]
  return Math.max(high ?? 0, ...dots.map((dot) => dot.value), (panel.threshold?.value ?? 0) * 1.05, least) * 1.08
}

function drawOver(plot: uPlot, markers: Marker[], threshold: Panel['threshold']): void {
  const { ctx, bbox } = plot
  const px = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = px
  for (const marker of markers) {
    if (marker.at < (plot.scales['x']?.min ?? 0) || marker.at > (plot.scales['x']?.max ?? 0)) continue
    const x = plot.valToPos(marker.at, 'x', true)
    ctx.strokeStyle = markerColours[marker.kind]
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  if (threshold) {
    const y = plot.valToPos(threshold.value, 'y', true)
    ctx.strokeStyle = 'rgba(209,73,91,0.7)'
    ctx.setLineDash([4 * px, 4 * px])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}
