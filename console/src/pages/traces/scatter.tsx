import { memo, useRef, useState, type PointerEvent } from 'react'
import type { TraceSummary } from '../../../../model/telemetry.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { useOpenLink } from '../../lib/open-link.ts'
import { clock } from '../../lib/time.ts'
import { durationAxis } from './routes.ts'

export interface Brush {
  from: number
  to: number
  minDurationMs: number
  maxDurationMs: number
}

const height = 180
const timeMarks = [0, 0.25, 0.5, 0.75, 1]

interface Props {
  traces: readonly TraceSummary[]
  /** Milliseconds since the epoch. */
  from: number
  to: number
  onBrush: (brush: Brush) => void
}

/** Each trace as a dot: when it began, and how long it took (logarithmic). Drag over an area to zoom. */
export const Scatter = memo(function Scatter({ traces, from, to, onBrush }: Props) {
  const { low, high, lines } = durationAxis(traces.map(({ durationMs }) => durationMs))
  const y = heightOf(low, high)
  const { host, drag, handlers } = useDrag((dragged) => {
    const time = (share: number) => Math.round(from + share * (to - from))
    const duration = (share: number) => Number((10 ** (low + (1 - share) * (high - low))).toPrecision(3))
    onBrush({
      from: time(Math.min(dragged.x0, dragged.x1)),
      to: time(Math.max(dragged.x0, dragged.x1)),
      minDurationMs: duration(Math.max(dragged.y0, dragged.y1)),
      maxDurationMs: duration(Math.min(dragged.y0, dragged.y1)),
    })
  })
  return (
    <figure className="panel scatter" aria-label="Traces by start and duration">
      <div className="scatter-axis" style={{ height }} aria-hidden="true">
        {lines.map((line) => (
          <span key={line} style={{ top: `${y(line)}%` }}>
            {formatMicroseconds(line * 1_000)
              .replace('.00', '')
              .replace('.0', '')}
          </span>
        ))}
      </div>
      <div ref={host} className="scatter-field" style={{ height }} {...handlers}>
        {lines.map((line) => (
          <i key={line} className="scatter-line" style={{ top: `${y(line)}%` }} />
        ))}
        <Dots traces={traces} from={from} to={to} low={low} high={high} />
        {drag && (
          <i
            className="brush"
            style={{
              left: `${Math.min(drag.x0, drag.x1) * 100}%`,
              top: `${Math.min(drag.y0, drag.y1) * 100}%`,
              width: `${Math.abs(drag.x1 - drag.x0) * 100}%`,
              height: `${Math.abs(drag.y1 - drag.y0) * 100}%`,
            }}
          />
        )}
      </div>
      <div className="scatter-times" aria-hidden="true">
        {timeMarks.map((share) => (
          <span key={share}>{clock(from + share * (to - from))}</span>
        ))}
      </div>
    </figure>
  )
})

/** The position of a duration on an axis from one power of ten to another, in percent from the top. */
const heightOf = (low: number, high: number) => (durationMs: number) =>
  100 - ((Math.log10(Math.max(durationMs, 10 ** low)) - low) / (high - low)) * 100

interface DotsProps {
  traces: readonly TraceSummary[]
  from: number
  to: number
  low: number
  high: number
}

/** The traces in the plot, each a link. Not re-rendered during a drag. */
const Dots = memo(function Dots({ traces, from, to, low, high }: DotsProps) {
  const open = useOpenLink()
  const y = heightOf(low, high)
  return traces.map(({ traceId, errors, startMs, durationMs, rootName }) => (
    <a
      key={traceId}
      href={`/traces/${traceId}`}
      onClick={open}
      className={errors > 0 ? 'dot bad' : 'dot'}
      style={{ left: `${((startMs - from) / (to - from)) * 100}%`, top: `${y(durationMs)}%` }}
      // The list below has the same traces.
      tabIndex={-1}
      title={`${rootName}, ${formatMicroseconds(durationMs * 1_000)}, ${clock(startMs)}`}
      aria-label={`${rootName}, ${formatMicroseconds(durationMs * 1_000)}`}
    />
  ))
})

/** The dragged area, as shares of the plot's width and height, from its upper left corner. */
interface Drag {
  x0: number
  y0: number
  x1: number
  y1: number
}

/** Follows a drag over the plot; one that is too small to be intended is ignored. */
function useDrag(onDragged: (drag: Drag) => void) {
  const host = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<Drag | null>(null)
  const at = (event: PointerEvent) => {
    const box = host.current?.getBoundingClientRect()
    if (!box) return { x: 0, y: 0 }
    const share = (value: number) => Math.min(1, Math.max(0, value))
    return { x: share((event.clientX - box.left) / box.width), y: share((event.clientY - box.top) / box.height) }
  }
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.target instanceof HTMLAnchorElement) return
      event.currentTarget.setPointerCapture(event.pointerId)
      const { x, y } = at(event)
      setDrag({ x0: x, y0: y, x1: x, y1: y })
    },
    onPointerMove: (event: PointerEvent) => {
      const { x, y } = at(event)
      setDrag((now) => now && { ...now, x1: x, y1: y })
    },
    onPointerUp: () => {
      if (drag && Math.abs(drag.x1 - drag.x0) > 0.01 && Math.abs(drag.y1 - drag.y0) > 0.02) onDragged(drag)
      setDrag(null)
    },
  }
  return { host, drag, handlers }
}
