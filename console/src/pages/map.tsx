import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { get } from '../lib/api.ts'
import { useAlerts } from '../lib/data.ts'
import { formatValue } from '../../../model/value.ts'
import { useLive } from '../lib/live.ts'
import { queryInstant, type Sample } from '../lib/prometheus.ts'
import { EdgeFaults } from '../parts/edge-faults.tsx'
import { Loading, Problem } from '../parts/states.tsx'
import { layOut, spreadEdges, upstreamOf, type Part } from './map-layout.ts'

/** A padlock, eight pixels high. */
const lock = 'M0.5,3.5h6v5h-6z M1.5,3.5v-1.2a2,2 0 0 1 4,0v1.2'

const size = { width: 168, height: 74, gapX: 130, gapY: 26 }

interface Signals {
  rps: number | undefined
  errors: number | undefined
  p95: number | undefined
}

/** What the caller's proxy does on an edge. */
interface EdgeState {
  /** Calls a second that are made again. */
  retries: number
  /** Calls a second that its breaker refuses. */
  refused: number
  /** TLS handshakes a second that fail; null where there is no TLS. */
  tlsFailures: number | null
}

interface Hosts {
  connected: boolean
  roundTripMs: number | null
  clockOffsetMs: number | null
}

/** How the shop's host is, where it is another one than that which watches. */
function HostsLine({ hosts }: { hosts: Hosts | null }) {
  if (!hosts) return null
  if (!hosts.connected) return <p className="caution">The shop’s host is away. What is shown of the shop is from before.</p>
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

/** Who calls whom, how that goes now, and how far what is wrong reaches. */
export function MapPage() {
  const range = useQuery({
    queryKey: ['range'],
    queryFn: () => get<{ topology: Part[]; hosts: Hosts | null }>('/api/range'),
    refetchInterval: 10_000,
  })
  const signals = useQuery({ queryKey: ['map'], queryFn: readSignals, refetchInterval: 2_000 })
  const alerts = useAlerts().data ?? []
  const live = useLive()
  const session = useQuery({ queryKey: ['session'], queryFn: () => get<{ role: string | null }>('/api/session') })
  if (range.error) return <Problem error={range.error} />
  if (!range.data) return <Loading what="the map" />
  const shop = new Set(['service', 'datastore', 'load'])
  const parts = range.data.topology.filter(({ role }) => shop.has(role))
  const places = layOut(parts)
  const spread = spreadEdges(parts, places)
  const alerting = new Set(
    alerts
      .filter(({ status, labels }) => status.state === 'active' && labels['severity'] !== 'none')
      .map(({ labels }) => labels['component'] ?? labels['service'] ?? '')
      .filter((name) => places.has(name)),
  )
  const reached = upstreamOf(parts, alerting)
  const width = Math.max(...[...places.values()].map(({ column }) => column + 1)) * (size.width + size.gapX)
  const height = Math.max(...[...places.values()].map(({ row }) => row + 1)) * (size.height + size.gapY)
  const at = (name: string) => {
    const place = places.get(name) ?? { column: 0, row: 0 }
    return { x: place.column * (size.width + size.gapX) + 8, y: place.row * (size.height + size.gapY) + 8 }
  }
  return (
    <>
      <h1>Map</h1>
      <HostsLine hosts={range.data.hosts} />
      <p className="quiet">
        Requests a second, errors and the 95th percentile over the last ten seconds; what proxies send again or refuse; a lock where both
        sides show certificates. Red is what an alert names; amber is who depends on it.
      </p>
      <div className="map" role="region" aria-label="Map of the shop" tabIndex={0}>
        <div style={{ width, height, position: 'relative' }}>
          <svg width={width} height={height} aria-hidden="true">
            {parts.flatMap((part) =>
              part.calls
                .filter((peer) => places.has(peer))
                .map((peer) => {
                  const [from, to] = [at(part.name), at(peer)]
                  const ends = spread.get(`${part.name} ${peer}`) ?? { leaves: 0.5, arrives: 0.5 }
                  const [x1, y1] = [from.x + size.width, from.y + size.height * ends.leaves]
                  const [x2, y2] = [to.x, to.y + size.height * ends.arrives]
                  const bad = reached.has(part.name) && (reached.has(peer) || alerting.has(peer))
                  const edge = signals.data?.edges.get(`${part.name} ${peer}`)
                  const state = signals.data?.states.get(`${part.name} ${peer}`)
                  return (
                    <g key={`${part.name} ${peer}`} className={bad ? 'edge bad' : 'edge'}>
                      <path d={`M${x1},${y1} C${x1 + 40},${y1} ${x2 - 40},${y2} ${x2},${y2}`} />
                      {edge?.rps !== undefined && (
                        <text x={x2 - 6} y={y2 - 3} textAnchor="end">
                          {formatValue(edge.rps, 'rps')}
                          {edge.p95 === undefined || Number.isNaN(edge.p95) ? '' : ` ${formatValue(edge.p95, 'seconds')}`}
                          {(edge.errors ?? 0) > 0.001 ? ` ${formatValue(edge.errors, 'ratio')} failed` : ''}
                          {state && state.retries > 0 ? ` ${formatValue(state.retries, 'rps')} again` : ''}
                          {state && state.refused > 0 ? ' breaker open' : ''}
                        </text>
                      )}
                      {state && state.tlsFailures !== null && (
                        <path
                          className={state.tlsFailures > 0 ? 'lock broken' : 'lock'}
                          transform={`translate(${x2 - 9} ${y2 + 2})`}
                          d={lock}
                        >
                          <title>{state.tlsFailures > 0 ? 'connections fail in their TLS handshake' : 'mutual TLS'}</title>
                        </path>
                      )}
                    </g>
                  )
                }),
            )}
          </svg>
          <ul aria-label="Components">
            {parts.map(({ name, title, role }) => {
              const { x, y } = at(name)
              const state = live.components.find((component) => component.name === name)
              const canary = live.components.find(({ canaryOf }) => canaryOf === name)
              const known = signals.data?.nodes.get(name)
              const kind = alerting.has(name) ? 'alerting' : reached.has(name) ? 'reached' : ''
              return (
                <li key={name} className={`node ${kind}`} style={{ left: x, top: y, width: size.width, height: size.height }}>
                  {role === 'load' ? <b>{title}</b> : <Link to={`/dashboards/${name}?range=5m`}>{title}</Link>}
                  <span className="quiet">
                    {state?.state === 'running' ? (state.version ?? '') : (state?.state ?? '')}
                    {canary ? ` + ${canary.version ?? ''} as canary` : ''}
                    {kind === 'alerting' ? ' · alerting' : kind === 'reached' ? ' · depends on it' : ''}
                  </span>
                  {known?.rps !== undefined && (
                    <span>
                      {formatValue(known.rps, 'rps')} · {formatValue(known.errors ?? 0, 'ratio')} · {formatValue(known.p95, 'seconds')}
                    </span>
                  )}
                </li>
              )
            })}
          </ul>
        </div>
      </div>
      {session.data?.role === 'instructor' && <EdgeFaults parts={parts} />}
    </>
  )
}

async function readSignals(): Promise<{ nodes: Map<string, Signals>; edges: Map<string, Signals>; states: Map<string, EdgeState> }> {
  const window = '[10s]'
  const perEdge = (metric: string) => `sum by (service, envoy_cluster_name) (rate(${metric}[20s]))`
  const [rps, errors, p95, edgeRps, edgeErrors, edgeP95, cache, database, retries, refused, tls] = await Promise.all([
    queryInstant('service:requests:rate'),
    queryInstant('service:error_ratio'),
    queryInstant('service:latency_seconds:p95'),
    queryInstant(`sum by (service, peer) (rate(http_client_request_duration_seconds_count${window}))`),
    queryInstant(
      `sum by (service, peer) (rate(http_client_failures_total${window})) / sum by (service, peer) (rate(http_client_request_duration_seconds_count${window}))`,
    ),
    queryInstant(`histogram_quantile(0.95, sum by (service, peer, le) (rate(http_client_request_duration_seconds_bucket${window})))`),
    queryInstant(`sum by (service) (rate(cache_lookups_total${window}))`),
    queryInstant(`sum by (service) (rate(db_pool_acquire_seconds_count${window}))`),
    queryInstant(perEdge('envoy_cluster_upstream_rq_retry')),
    queryInstant(perEdge('envoy_cluster_upstream_rq_pending_overflow')),
    queryInstant(perEdge('envoy_cluster_ssl_connection_error')),
  ])
  const collect = (key: (metric: Record<string, string>) => string, lists: [Sample[], Sample[], Sample[]]) => {
    const found = new Map<string, Signals>()
    lists.forEach((list, index) => {
      for (const { metric, value } of list) {
        const known = found.get(key(metric)) ?? { rps: undefined, errors: undefined, p95: undefined }
        found.set(key(metric), { ...known, [(['rps', 'errors', 'p95'] as const)[index] ?? 'rps']: value })
      }
    })
    return found
  }
  const edges = collect(({ service = '', peer = '' }) => `${service} ${peer}`, [edgeRps, edgeErrors, edgeP95])
  for (const { metric, value } of cache) edges.set(`${metric['service']} redis`, { rps: value, errors: undefined, p95: undefined })
  for (const { metric, value } of database) edges.set(`${metric['service']} postgres`, { rps: value, errors: undefined, p95: undefined })
  const states = new Map<string, EdgeState>()
  const edgeOf = ({ metric }: Sample) => `${metric['service']} ${metric['envoy_cluster_name']}`
  const note = (list: Sample[], name: keyof EdgeState) => {
    for (const sample of list) {
      const known = states.get(edgeOf(sample)) ?? { retries: 0, refused: 0, tlsFailures: null }
      states.set(edgeOf(sample), { ...known, [name]: sample.value })
    }
  }
  note(retries, 'retries')
  note(refused, 'refused')
  note(tls, 'tlsFailures')
  return { states, nodes: collect(({ service = '' }) => service, [rps, errors, p95]), edges }
}
