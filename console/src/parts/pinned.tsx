import { Link } from 'react-router'
import type { Pin, PinnedGraph } from '../../../model/pin.ts'
import { formatValue } from '../../../model/value.ts'
import { clock } from '../lib/time.ts'

const kinds: Record<Pin['kind'], string> = { graph: 'Graph', trace: 'Trace', log: 'Log line', query: 'Query' }

/** What was pinned, as it was then, and a link to its current state. */
export function Pinned({ pin }: { pin: Pin }) {
  return (
    <div className="pinned-note">
      <Link to={pin.href}>
        {kinds[pin.kind]}: {pin.title}
      </Link>
      {pin.graph && <Sketch graph={pin.graph} />}
      {pin.facts.length > 0 && (
        <ul className="plain quiet">
          {pin.facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

const size = { width: 240, height: 56 }

function Sketch({ graph: { unit, from, to, series } }: { graph: PinnedGraph }) {
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value)), 1e-9)
  const x = (at: number) => ((at - from) / (to - from || 1)) * size.width
  const y = (value: number) => size.height - (value / most) * (size.height - 4) - 2
  return (
    <>
      <svg
        className="sketch"
        viewBox={`0 0 ${size.width} ${size.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`At most ${formatValue(most, unit)}`}
      >
        {series.map(({ name, points }, index) => (
          <polyline
            key={name}
            points={points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
            style={{ stroke: `var(--series-${(index % 8) + 1})` }}
          />
        ))}
      </svg>
      <span className="quiet">
        {clock(from * 1_000)} – {clock(to * 1_000)}, at most {formatValue(most, unit)}
      </span>
    </>
  )
}
