/** When users are affected, in milliseconds since the epoch. */
export interface Incident {
  from: number
  to: number
}

type Value = (at: number, incident: Incident) => number
interface PaperSeries {
  metric: Record<string, string>
  /** At a moment, in seconds since the epoch. */
  value: Value
}

const services = ['gateway', 'catalog', 'inventory', 'orders', 'payments', 'fulfilment']
const edges = ['gateway catalog', 'gateway inventory', 'gateway orders', 'catalog inventory', 'orders inventory', 'orders payments']
/** Services that are affected with inventory. */
const affected = new Set(['gateway', 'inventory', 'catalog', 'browse'])
const labelValues: Record<string, string[]> = {
  service: services,
  outcome: ['good', 'slow', 'failed'],
  route: ['/api/products', '/api/cart', '/api/checkout'],
  state: ['confirmed', 'declined'],
  tier: ['shop'],
}

/** The strength of an incident at a moment: 0 long before and after it, 1 within, with ten seconds of transition on either side. */
export function severity(at: number, { from, to }: Incident): number {
  const [begin, end] = [from / 1_000, to / 1_000]
  if (!Number.isFinite(begin) || at < begin) return 0
  return Math.max(0, Math.min(1, (at - begin) / 10, Number.isFinite(end) ? 1 - (at - end) / 10 : 1))
}

/** Between -1 and 1, always the same for the same moment and name. */
const wobble = (at: number, name: string): number =>
  Math.sin(at / 7 + name.length * 1.7) * 0.6 + Math.sin(at / 2.3 + name.charCodeAt(0)) * 0.4

/** The answer to a query: by its form, not by its meaning. */
export function evaluate(query: string): PaperSeries[] {
  const slo = /slo:/.test(query)
  if (slo) {
    const window = /(30s|\d+[smh])"?\}?\)?$/.exec(query)?.[1] ?? '30s'
    const named = /slo:([a-z_]+):/.exec(query)?.[1]
    const all = named
      ? [named]
      : ['browse_availability', 'browse_latency', 'checkout_availability', 'checkout_latency', 'fulfilment_latency']
    const series = all.map((name) => ({
      metric: { __name__: `slo:${name}:bad_ratio_${window}` },
      value: (at: number, incident: Incident) =>
        severity(at, incident) * (name === 'browse_latency' ? 0.62 : name === 'browse_availability' ? 0.08 : 0.004),
    }))
    if (!query.startsWith('max(')) return series
    return [{ metric: {}, value: (at, incident) => Math.max(...series.map(({ value }) => value(at, incident))) }]
  }
  const recorded = /^(last_over_time\()?service:/.test(query)
  const by = recorded ? ['service'] : (/by \(([^)]*)\)/.exec(query)?.[1] ?? '').split(',').map((label) => label.trim())
  // The labels of a metric.
  if (query.startsWith('group without')) by.push('service', 'outcome')
  const labels = by.filter((label) => label !== '' && label !== 'le')
  if (labels.includes('envoy_cluster_name') || labels.includes('peer'))
    return edges.map((edge) => {
      const [service = '', peer = ''] = edge.split(' ')
      const metric: Record<string, string> = labels.includes('peer') ? { service, peer } : { service, envoy_cluster_name: peer }
      return { metric, value: valueOf(query, peer) }
    })
  let combinations: Record<string, string>[] = [{}]
  for (const label of labels)
    combinations = combinations.flatMap((one) => (labelValues[label] ?? ['one']).map((value) => ({ ...one, [label]: value })))
  return combinations.map((metric) => ({ metric, value: valueOf(query, metric['service'] ?? metric['outcome'] ?? 'browse') }))
}

function valueOf(query: string, name: string): Value {
  const quantile = Number(/histogram_quantile\(([\d.]+)/.exec(query)?.[1] ?? Number(/:p(\d+)/.exec(query)?.[1] ?? 0) / 100)
  const hurt = (at: number, incident: Incident) => (affected.has(name) ? severity(at, incident) : 0)
  if (quantile > 0) {
    const calm = 0.012 * (1 + quantile * 3)
    const checkout = /checkout/.test(query)
    return (at, incident) => calm * (1 + wobble(at, name) * 0.12) + (checkout ? 0.1 : 1) * hurt(at, incident) * (0.9 + quantile * 1.4)
  }
  if (/orders_unfulfilled/.test(query)) return (at) => 1.4 + wobble(at, name) * 0.5
  if (/pool_connections/.test(query)) return (at, incident) => 0.2 + (name === 'inventory' ? 0.75 : 0) * severity(at, incident)
  if (/eventloop/.test(query)) return (at) => 0.011 + wobble(at, name) * 0.001
  if (/retry|overflow|ssl_connection/.test(query)) return () => 0
  if (/ \/ |ratio|failures/.test(query)) return (at, incident) => 0.0004 + hurt(at, incident) * (name === 'gateway' ? 0.08 : 0.02)
  if (name === 'slow') return (at, incident) => severity(at, incident) * 14
  if (name === 'failed') return (at, incident) => severity(at, incident) * 2 + 0.02
  return (at, incident) => (22 + wobble(at, name) * 2) * (1 - severity(at, incident) * (name === 'good' ? 0.75 : 0.2))
}

export function pointsOf(value: Value, incident: Incident, start: number, end: number, step: number): [number, string][] {
  const points: [number, string][] = []
  for (let at = start; at <= end; at += step) points.push([at, String(value(at, incident))])
  return points
}
