import { useRef, useState } from 'react'
import { formatMicroseconds } from '../../lib/format.ts'
import { serviceColour } from '../../lib/service-colour.ts'
import { everyNode } from './shares.ts'
import type { SpanNode } from './span-tree.ts'

/** A part of a trace, in microseconds since the epoch. */
export interface Window {
  fromUs: number
  toUs: number
}

const ticks = [0, 0.25, 0.5, 0.75, 1]

/** The axis of the waterfall, counted from the start of the trace. */
export function TimeAxis({ window: { fromUs, toUs }, startUs }: { window: Window; startUs: number }) {
  return (
    <div className="time-axis" aria-hidden="true">
      {ticks.map((share) => (
        <span key={share} style={{ left: `${share * 100}%` }} className={share === 0 ? 'first' : share === 1 ? 'last' : ''}>
          {formatMicroseconds(fromUs - startUs + share * (toUs - fromUs))}
        </span>
      ))}
    </div>
  )
}

const height = 44
/** More bars than this would not be visible. */
const mostBars = 1_500

/** The whole trace, small; drag over a part to zoom. */
export function Minimap({
  roots,
  whole,
  shown,
  onShow,
}: {
  roots: SpanNode[]
  whole: Window
  shown: Window
  onShow: (part: Window | null) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const length = whole.toUs - whole.fromUs || 1
  const at = (us: number) => ((us - whole.fromUs) / length) * 100
  const nodes = [...everyNode(roots)].slice(0, mostBars)
  const barHeight = Math.max(1, Math.min(4, height / nodes.length))
  const shareAt = (event: React.PointerEvent) => {
    const box = host.current?.getBoundingClientRect()
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0
  }
  const marked = drag
    ? { left: Math.min(drag.from, drag.to) * 100, width: Math.abs(drag.to - drag.from) * 100 }
    : { left: at(shown.fromUs), width: at(shown.toUs) - at(shown.fromUs) }
  return (
    <div
      ref={host}
      className="minimap"
      title="Drag to zoom in"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ from: shareAt(event), to: shareAt(event) })
      }}
      onPointerMove={(event) => setDrag((now) => now && { ...now, to: shareAt(event) })}
      onPointerUp={() => {
        if (drag && Math.abs(drag.to - drag.from) > 0.005) {
          const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
          onShow({ fromUs: whole.fromUs + from * length, toUs: whole.fromUs + to * length })
        }
        setDrag(null)
      }}
    >
      <svg width="100%" height={height} aria-hidden="true">
        {nodes.map(({ span }, index) => (
          <rect
            key={span.spanId}
            x={`${at(span.startUs)}%`}
            width={`${Math.max(0.15, (span.durationUs / length) * 100)}%`}
            y={(index / nodes.length) * (height - barHeight)}
            height={barHeight}
            fill={serviceColour(span.service)}
          />
        ))}
      </svg>
      <i className="minimap-window" style={{ left: `${marked.left}%`, width: `${marked.width}%` }} />
    </div>
  )
}
