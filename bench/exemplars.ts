import { atLeast, told, type Benchmark } from './benchmark.ts'

interface Exemplar {
  labels: Record<string, string>
}
const sampleSize = 1_000
/** More concurrent requests than the store has threads would only wait. */
const atATime = 4

export const exemplarsBenchmark: Benchmark = {
  name: 'exemplars',
  title: 'exemplars of Prometheus that lead to a trace in the store',
  async run({ client }) {
    const end = Date.now() / 1_000
    const query = new URLSearchParams({ query: '{__name__=~".+_bucket"}', start: String(end - 600), end: String(end - 10) })
    const { data } = await client.get('/api/prometheus/query_exemplars', { query })
    const exemplars = data.flatMap((series) => series.exemplars)
    const idOf = (exemplar: Exemplar) => exemplar.labels['trace_id'] ?? ''
    // Every n-th: enough to judge, without fetching thousands of traces.
    const named = [...new Set(exemplars.map(idOf))]
    const ids = new Set(named.filter((_id, index) => index % Math.ceil(named.length / sampleSize) === 0))
    const asked = exemplars.filter((exemplar) => ids.has(idOf(exemplar)))
    const found = new Set<string>()
    const left = ids.values()
    const look = async () => {
      for (const id of left) {
        const { spans } = await client.get('/api/telemetry/traces/:id', { id }).catch(() => ({ spans: [] }))
        if (spans.length > 0) found.add(id)
      }
    }
    await Promise.all(Array.from({ length: atATime }, look))
    const leading = asked.filter((exemplar) => found.has(idOf(exemplar))).length
    return [
      told('exemplars in Prometheus', exemplars.length),
      atLeast('exemplars looked at', asked.length, '', 100),
      told('traces that they name', ids.size),
      atLeast('exemplars that lead to a trace', (100 * leading) / asked.length, '%', 95),
    ]
  },
}
