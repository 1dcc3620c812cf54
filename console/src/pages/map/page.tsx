import { useQuery } from '@tanstack/react-query'
import { Lock, LockOpen } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef } from 'react'
import { Link } from 'react-router'
import { formatValue } from '../../../../model/value.ts'
import { get } from '../../lib/api.ts'
import { componentOf, isFiring, useAlerts } from '../../lib/data.ts'
import type { EdgeSignals } from '../../lib/edges.ts'
import { useLive } from '../../lib/live.ts'
import { useMedia } from '../../lib/media.ts'
import { EdgeFaults } from '../../parts/edge-faults.tsx'
import { Loading, Problem } from '../../parts/states.tsx'
import { layOut, smoothPath, upstreamOf, type Box } from './layout.ts'
import { isOfShop, type Part } from './part.ts'
import { readMapSignals, type EdgeState, type NodeSignals } from './signals.ts'

/** From so much on, calls of an edge are shown as failing. */
const failing = 0.05

interface Hosts {
  connected: boolean
  roundTripMs: number | null
  clockOffsetMs: number | null
}

/** Who calls whom, how that goes now, and how far what is wrong reaches. */
export function MapPage() {
  const range = useQuery({
    queryKey: ['range'],
    queryFn: () => get<{ topology: Part[]; hosts: Hosts | null }>('/api/range'),
    refetchInterval: 10_000,
  })
  const session = useQuery({ queryKey: ['session'], queryFn: () => get<{ role: string | null }>('/api/session') })
  if (range.error) return <Problem error={range.error} />
  if (!range.data) return <Loading what="the map" />
  const parts = range.data.topology.filter(isOfShop)
  return (
    <>
      <h1>Map</h1>
      <HostsLine hosts={range.data.hosts} />
      <p className="quiet">
        Calls over the last ten seconds, as who calls sees them: how many, how long the slowest twentieth takes, how many fail. A component
        with an alert is red, who depends on it is amber.
      </p>
      <ShopMap parts={parts} />
      {session.data?.role === 'instructor' && <EdgeFaults parts={parts} />}
    </>
  )
}

/** How the shop's host is, where it is another one than that which watches. */
function HostsLine({ hosts }: { hosts: Hosts | null }) {
  if (!hosts) return null
  if (!hosts.connected) return <p className="caution">The shop’s host cannot be reached. What is shown of the shop is out of date.</p>
  return (
    <p className="quiet">
      The shop runs on a host of its own
      {hosts.roundTripMs !== null && hosts.clockOffsetMs !== null
        ? `, ${hosts.roundTripMs.toFixed(1)} ms there and back, its clock ${Math.abs(hosts.clockOffsetMs).toFixed(1)} ms ${hosts.clockOffsetMs < 0 ? 'behind' : 'ahead'}`
        : ''}
      .
    </p>
  )
}

function ShopMap({ parts }: { parts: Part[] }) {
  const direction = useMedia('(max-width: 60rem)') ? 'TB' : 'LR'
  const shape = JSON.stringify(parts.map(({ name, calls }) => [name, calls]))
  // By its shape: the same parts are read again every ten seconds.
  // oxlint-disable-next-line react/exhaustive-deps -- `shape` stands for `parts`
  const layout = useMemo(() => layOut(parts, direction), [shape, direction])
  const signals = useQuery({ queryKey: ['map'], queryFn: readMapSignals, refetchInterval: 2_000 })
  const alerts = useAlerts().data ?? []
  const alerting = new Set(
    alerts
      .filter(isFiring)
      .map((alert) => componentOf(alert) ?? '')
      .filter((name) => layout.nodes.has(name)),
  )
  const reached = upstreamOf(parts, alerting)
  const place = useRef<HTMLDivElement>(null)
  // Where it does not fit, its middle is in sight: there the users are.
  useLayoutEffect(() => {
    const map = place.current
    if (map && direction === 'TB') map.scrollLeft = (map.scrollWidth - map.clientWidth) / 2
  }, [direction, layout])
  return (
    <div ref={place} className="map" role="region" aria-label="Map of the shop" tabIndex={0}>
      <div style={{ width: layout.width, height: layout.height, position: 'relative' }}>
        <svg width={layout.width} height={layout.height} aria-hidden="true">
          <defs>
            {['', 'bad'].map((kind) => (
              <marker
                key={kind}
                id={`arrow${kind}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                orient="auto"
                markerUnits="userSpaceOnUse"
              >
                <path className={`arrow ${kind}`} d="M0,0 L8,4 L0,8 z" />
              </marker>
            ))}
          </defs>
          {layout.edges.map(({ from, to, points }) => {
            const edge = signals.data?.edges.get(`${from} ${to}`)
            const bad = (edge?.failed ?? 0) > failing
            return (
              <path
                key={`${from} ${to}`}
                className={bad ? 'edge bad' : 'edge'}
                d={smoothPath(points)}
                strokeWidth={1 + Math.min(3, Math.log10(1 + (edge?.rps ?? 0)) * 1.4)}
                markerEnd={`url(#arrow${bad ? 'bad' : ''})`}
              />
            )
          })}
        </svg>
        <ul aria-label="Calls">
          {layout.edges.map(({ from, to, label }) => (
            <EdgeLabel
              key={`${from} ${to}`}
              from={from}
              to={to}
              box={label}
              edge={signals.data?.edges.get(`${from} ${to}`)}
              state={signals.data?.states.get(`${from} ${to}`)}
            />
          ))}
        </ul>
        <ul aria-label="Components">
          {parts.map((part) => (
            <Component
              key={part.name}
              part={part}
              box={layout.nodes.get(part.name)}
              signals={signals.data?.nodes.get(part.name)}
              kind={alerting.has(part.name) ? 'alerting' : reached.has(part.name) ? 'reached' : ''}
            />
          ))}
        </ul>
      </div>
    </div>
  )
}

const placed = ({ x, y, width, height }: Box): React.CSSProperties => ({ left: x - width / 2, top: y - height / 2, width, height })

interface LabelProps {
  from: string
  to: string
  box: Box
  edge: EdgeSignals | undefined
  state: EdgeState | undefined
}

function EdgeLabel({ from, to, box, edge, state }: LabelProps) {
  if (edge?.rps === undefined) return null
  const broken = (state?.tlsFailures ?? 0) > 0
  const notes = [
    (edge.failed ?? 0) > 0.001 ? `${formatValue(edge.failed, 'ratio')} fail` : '',
    state && state.refused > 0 ? 'breaker open' : '',
    broken ? 'TLS fails' : '',
    state && state.retries > 0 ? `${formatValue(state.retries, 'rps')} retried` : '',
  ].filter((note) => note !== '')
  return (
    <li className="edge-label" style={placed(box)} title={[`${from} → ${to}`, ...notes].join('\n')}>
      <span>
        {formatValue(edge.rps, 'rps')}
        {edge.p95 === undefined || Number.isNaN(edge.p95) ? '' : ` · ${formatValue(edge.p95, 'seconds')}`}
        {state && state.tlsFailures !== null && (broken ? <LockOpen size={10} /> : <Lock size={10} aria-label="mutual TLS" />)}
      </span>
      {notes.length > 0 && <b className={notes.length === 1 && notes[0]?.endsWith('retried') ? '' : 'bad-text'}>{notes[0]}</b>}
    </li>
  )
}

function Component({ part, box, signals, kind }: { part: Part; box: Box | undefined; signals: NodeSignals | undefined; kind: string }) {
  const { components } = useLive()
  if (!box) return null
  const state = components.find(({ name }) => name === part.name)
  const canary = components.find(({ canaryOf }) => canaryOf === part.name)
  const notes = [
    state?.state === 'running' ? (state.version ?? '') : (state?.state ?? ''),
    canary ? `canary ${canary.version ?? ''}` : '',
    kind === 'alerting' ? 'alerting' : kind === 'reached' ? 'affected' : '',
  ].filter((note) => note !== '')
  return (
    <li className={`node ${kind}`} style={placed(box)}>
      {part.role === 'load' ? <b>{part.title}</b> : <Link to={`/components/${part.name}?range=5m`}>{part.title}</Link>}
      <span className="quiet">{notes.join(' · ')}</span>
      {signals?.rps !== undefined && (
        <span className={(signals.errors ?? 0) > failing ? 'bad-text' : ''}>
          {formatValue(signals.rps, 'rps')} · {formatValue(signals.errors ?? 0, 'ratio')} · {formatValue(signals.p95, 'seconds')}
        </span>
      )}
    </li>
  )
}
