import { queryInstant } from './prometheus.ts'

/** The state of calls between two components, from the caller's side: a timeout there is a failure, whatever the callee thinks. */
export interface EdgeSignals {
  rps?: number
  /** Share of calls without an answer, or with status 5xx. */
  failed?: number
  /** Seconds. */
  p95?: number
}

const perPeer = (metric: string, more = '') => `sum by (service, peer${more}) (rate(${metric}[10s]))`
const calls = perPeer('http_client_request_duration_seconds_count')
const queries: Record<keyof EdgeSignals, string> = {
  rps: calls,
  failed: `${perPeer('http_client_failures_total')} / (${calls} > 0)`,
  p95: `histogram_quantile(0.95, ${perPeer('http_client_request_duration_seconds_bucket', ', le')})`,
}

/**
 * By `from to`, at a moment (seconds since the epoch; now by default). The same everywhere in the console, so that no two pages differ about an edge.
 */
export async function readEdgeSignals(at?: number): Promise<Map<string, EdgeSignals>> {
  const found = new Map<string, EdgeSignals>()
  await Promise.all(
    Object.entries(queries).map(async ([name, query]) => {
      for (const { metric, value } of await queryInstant(query, at)) {
        const edge = `${metric['service']} ${metric['peer']}`
        found.set(edge, { ...found.get(edge), [name]: value })
      }
    }),
  )
  return found
}
