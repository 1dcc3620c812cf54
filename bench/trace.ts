import { atLeast, exactly, told, type Benchmark } from './benchmark.ts'

interface Span {
  spanId: string
  parentSpanId: string
  service: string
  kind: string
  name: string
  attributes: Record<string, string>
}

/** The spans of one checkout. */
const parts: Record<string, (span: Span) => boolean> = {
  Locust: (span) => span.service === 'locust',
  gateway: (span) => span.service === 'gateway',
  catalog: (span) => span.service === 'catalog',
  inventory: (span) => span.service === 'inventory',
  orders: (span) => span.service === 'orders',
  payments: (span) => span.service === 'payments',
  publish: (span) => span.kind === 'Producer',
  consume: (span) => span.kind === 'Consumer' && span.service === 'fulfilment',
  fulfilment: (span) => span.service === 'fulfilment' && span.kind !== 'Consumer',
  SQL: (span) => span.attributes['db.system'] === 'postgresql' || span.attributes['db.system.name'] === 'postgresql',
  Redis: (span) => span.attributes['db.system'] === 'redis' || span.attributes['db.system.name'] === 'redis',
}

export const traceBenchmark: Benchmark = {
  name: 'trace',
  title: 'the traces of checkouts: every part, and every parent',
  async run({ client }) {
    // Old enough for the worker's spans to have been sent and stored.
    const to = Date.now() - 15_000
    const query = new URLSearchParams({
      service: 'locust',
      operation: 'POST /api/checkout',
      from: String(to - 120_000),
      to: String(to),
      limit: '60',
    })
    const { traces } = await client.get('/api/telemetry/traces', { query })
    const missing: Record<string, number> = {}
    const sizes: number[] = []
    let orphans = 0
    let turnedAway = 0
    for (const { traceId } of traces) {
      const { spans } = await client.get('/api/telemetry/traces/:id', { id: traceId })
      // A declined card or a sold-out product makes no order: nothing is published.
      if (!spans.some((span) => span.service === 'locust' && span.attributes['http.response.status_code'] === '201')) {
        turnedAway++
        continue
      }
      sizes.push(spans.length)
      const known = new Set(spans.map((span) => span.spanId))
      orphans += spans.filter((span) => span.parentSpanId !== '' && !known.has(span.parentSpanId)).length
      for (const [part, is] of Object.entries(parts)) if (!spans.some(is)) missing[part] = (missing[part] ?? 0) + 1
    }
    return [
      atLeast('checkouts looked at', sizes.length, '', 20),
      told('without an order (declined, sold out, failed), not looked at', turnedAway),
      ...Object.keys(parts).map((part) => exactly(`without ${part} span`, missing[part] ?? 0, 'traces', 0)),
      exactly('spans whose parent is not in the trace', orphans, 'spans', 0),
      told('spans in a trace', sizes.reduce((sum, size) => sum + size, 0) / sizes.length),
    ]
  },
}
