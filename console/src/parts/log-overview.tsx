import { useState } from 'react'
import type { LogOverview } from '../../../model/telemetry.ts'
import { formatDuration } from '../lib/format.ts'
import { clock } from '../lib/time.ts'

interface Props {
  overview: LogOverview
  from: number
  to: number
  service: string
  onService(name: string): void
  onZoom(range: { from: number; to: number }): void
  onWords(text: string): void
}

const height = 72
/** As a share of the width: a shorter drag is a click. */
const leastDrag = 0.008

const shareAt = (event: React.PointerEvent<HTMLElement>): number => {
  const box = event.currentTarget.getBoundingClientRect()
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
}

/** Counts of the matches of a search: over time, by service, and by message pattern. Each bar and name narrows the search. */
export function LogOverviewPanel({ overview, from, to, service, onService, onZoom, onWords }: Props) {
  const { buckets, bucketSeconds, services, patterns } = overview
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const most = Math.max(1, ...buckets.map(({ lines }) => lines))
  const total = buckets.reduce((sum, { lines }) => sum + lines, 0)
  // The first and the last bar may extend beyond the range.
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / (to - from)))
  const brush = (one: number, other: number) => {
    const time = (share: number) => Math.round(from + share * (to - from))
    const [begin, end] = [time(Math.min(one, other)), time(Math.max(one, other))]
    if (Math.abs(other - one) > leastDrag) return onZoom({ from: begin, to: end })
    // A click: the bar under it.
    const bucket = buckets.find(({ atMs }) => atMs <= begin && begin < atMs + bucketSeconds * 1_000)
    if (bucket) onZoom({ from: bucket.atMs, to: bucket.atMs + bucketSeconds * 1_000 })
  }
  return (
    <section aria-label="Overview" className="box">
      <p className="quiet">
        {total.toLocaleString()} lines, {formatDuration(bucketSeconds)} each bar; drag over several bars to see only those.
      </p>
      <div
        className="histogram"
        style={{ height }}
        onPointerDown={(event) => setDrag([shareAt(event), shareAt(event)])}
        onPointerMove={(event) => drag && setDrag([drag[0], shareAt(event)])}
        onPointerLeave={() => setDrag(null)}
        onPointerUp={(event) => {
          if (drag) brush(drag[0], shareAt(event))
          setDrag(null)
        }}
      >
        {drag && Math.abs(drag[1] - drag[0]) > leastDrag && (
          <i
            className="brush"
            style={{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%`, top: 0, height: '100%' }}
          />
        )}
        {buckets.map(({ atMs, lines, warnings, errors }) => (
          <button
            key={atMs}
            style={{
              left: `${share(atMs) * 100}%`,
              width: `calc(${(share(atMs + bucketSeconds * 1_000) - share(atMs)) * 100}% - 1px)`,
              height: `${(lines / most) * 100}%`,
            }}
            aria-label={`${clock(atMs)}: ${lines} lines, ${errors} errors`}
            title={`${clock(atMs)}: ${lines} lines, ${warnings} warnings, ${errors} errors`}
            // A drag that ends on a bar has selected a range.
            onClick={(event) => event.detail === 0 && onZoom({ from: atMs, to: atMs + bucketSeconds * 1_000 })}
          >
            <span className="warnings" style={{ height: `${(warnings / lines) * 100}%` }} />
            <span className="errors" style={{ height: `${(errors / lines) * 100}%` }} />
          </button>
        ))}
      </div>
      <ul className="facets" aria-label="Services">
        {services.map(({ name, lines, errors }) => (
          <li key={name}>
            <button aria-pressed={name === service} onClick={() => onService(name === service ? '' : name)}>
              {name} <span className="quiet">{lines.toLocaleString()}</span>
              {errors > 0 && <b className="bad-text"> {errors.toLocaleString()} errors</b>}
            </button>
          </li>
        ))}
      </ul>
      <details>
        <summary>What the messages have in common</summary>
        <ul className="rows">
          {patterns.map(({ pattern, lines, service: by }) => (
            <li key={pattern}>
              <button className="link" onClick={() => onWords(wordsOf(pattern))}>
                <code>{pattern}</code>
              </button>
              <span className="quiet">
                {lines.toLocaleString()} · {by}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}

/** The constant words of a pattern, as a search. */
const wordsOf = (pattern: string): string =>
  pattern
    .split(/[\s…]+/)
    .filter((word) => word.length > 2)
    .slice(0, 8)
    .join(' ')
