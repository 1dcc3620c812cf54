import { readEdgeSignals, type EdgeSignals } from '../../lib/edges.ts'
import { queryInstant, type Sample } from '../../lib/prometheus.ts'

export interface NodeSignals {
  rps?: number
  errors?: number
  p95?: number
}

/** Metrics of the caller's proxy for an edge. */
export interface EdgeState {
  /** Retries per second. */
  retries: number
  /** Calls per second that the circuit breaker refuses. */
  refused: number
  /** Failed TLS handshakes per second; null without TLS. */
  tlsFailures: number | null
}

interface MapSignals {
  nodes: Map<string, NodeSignals>
  edges: Map<string, EdgeSignals>
  states: Map<string, EdgeState>
}

const window = '[10s]'

/** The state of components and calls at a moment (seconds since the epoch); now by default. */
export async function readMapSignals(at?: number): Promise<MapSignals> {
  const ask = (query: string) => queryInstant(query, at)
  const perEdge = (metric: string) => `sum by (service, envoy_cluster_name) (rate(${metric}[20s]))`
  const [edges, rps, errors, p95, cache, database, retries, refused, tls] = await Promise.all([
    readEdgeSignals(at),
    ask('service:requests:rate'),
    ask('service:error_ratio'),
    ask('service:latency_seconds:p95'),
    ask(`sum by (service) (rate(cache_lookups_total${window}))`),
    ask(`sum by (service) (rate(db_pool_acquire_seconds_count${window}))`),
    ask(perEdge('envoy_cluster_upstream_rq_retry')),
    ask(perEdge('envoy_cluster_upstream_rq_pending_overflow')),
    ask(perEdge('envoy_cluster_ssl_connection_error')),
  ])
  const nodes = new Map<string, NodeSignals>()
  const noteNode = (list: Sample[], name: keyof NodeSignals) => {
    for (const { metric, value } of list) nodes.set(metric['service'] ?? '', { ...nodes.get(metric['service'] ?? ''), [name]: value })
  }
  noteNode(rps, 'rps')
  noteNode(errors, 'errors')
  noteNode(p95, 'p95')
  // Users see the responses of the first service.
  edges.set('locust gateway', asEdge(nodes.get('gateway')))
  for (const { metric, value } of cache) edges.set(`${metric['service']} redis`, { rps: value })
  for (const { metric, value } of database) edges.set(`${metric['service']} postgres`, { rps: value })
  const states = new Map<string, EdgeState>()
  const noteEdge = (list: Sample[], name: keyof EdgeState) => {
    for (const { metric, value } of list) {
      const edge = `${metric['service']} ${metric['envoy_cluster_name']}`
      states.set(edge, { ...(states.get(edge) ?? { retries: 0, refused: 0, tlsFailures: null }), [name]: value })
    }
  }
  noteEdge(retries, 'retries')
  noteEdge(refused, 'refused')
  noteEdge(tls, 'tlsFailures')
  return { nodes, edges, states }
}

const asEdge = ({ rps, errors, p95 }: NodeSignals = {}): EdgeSignals => ({
  ...(rps === undefined ? {} : { rps }),
  ...(errors === undefined ? {} : { failed: errors }),
  ...(p95 === undefined ? {} : { p95 }),
})
