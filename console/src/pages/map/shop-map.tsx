import { useQuery } from '@tanstack/react-query'
import { Lock, LockOpen } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef } from 'react'
import { Link } from 'react-router'
import { formatValue } from '../../../../model/value.ts'
import { componentOf, isFiring, useAlerts } from '../../lib/data.ts'
import { queryInstant } from '../../lib/prometheus.ts'
import type { EdgeSignals } from '../../lib/edges.ts'
import { useLive } from '../../lib/live.ts'
import { useMedia } from '../../lib/media.ts'
import { layOut, smoothPath, upstreamOf, type Box } from './layout.ts'
import { type Part } from './part.ts'
import { readMapSignals, type EdgeState, type NodeSignals } from './signals.ts'

/** From this share on, the calls of an edge are shown as failing. */
const failing = 0.05

/** The components with a firing alert at a moment, by default now. */
function useAlerting(at: number | null): Set<string> {
  const now = useAlerts().data ?? []
  const then = useQuery({
    queryKey: ['alerting', at],
    enabled: at !== null,
    placeholderData: (before) => before,
    queryFn: async () =>
      (await queryInstant('ALERTS{alertstate="firing", severity!="none"}', (at ?? 0) / 1_000)).map(({ metric }) =>
        componentOf({ labels: metric }),
      ),
  })
  const names = at === null ? now.filter(isFiring).map(componentOf) : (then.data ?? [])
  return new Set(names.filter((name) => name !== undefined))
}

/** Calls between components, and their state: now, or at a moment (milliseconds since the epoch). */
export function ShopMap({ parts, at = null }: { parts: Part[]; at?: number | null }) {
  const direction = useMedia('(max-width: 60rem)') ? 'TB' : 'LR'
  const shape = JSON.stringify(parts.map(({ name, calls }) => [name, calls]))
  // Compared by structure: the same parts are fetched again every ten seconds.
  // oxlint-disable-next-line react/exhaustive-deps -- `shape` stands for `parts`
  const layout = useMemo(() => layOut(parts, direction), [shape, direction])
  const signals = useQuery({
    queryKey: ['map', at],
    queryFn: () => readMapSignals(at === null ? undefined : at / 1_000),
    refetchInterval: at === null ? 2_000 : false,
    placeholderData: (before) => before,
  })
  const alerting = useAlerting(at)
  const reached = upstreamOf(parts, alerting)
  const place = useRef<HTMLDivElement>(null)
  // If it does not fit, its middle is in view, where the users are.
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
