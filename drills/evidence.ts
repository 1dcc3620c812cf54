import { parser } from '@prometheus-io/lezer-promql'
import { shopComponentName, withoutProxy, type ShopComponentName } from '../model/components.ts'

/** A query for more components than this is a guess at all of them, and no look. */
export const mostNamed = 2
/** Nobody writes a longer query to look at one component, and parsing it costs time. */
const longestQuery = 2_000
/** Labels whose value is a component. */
const componentLabels = new Set(['service', 'component', 'job', 'peer', 'envoy_cluster_name'])
/** Exporters for a single component, by the prefix of their metrics. */
const exporters: Record<string, ShopComponentName> = { pg_: 'postgres', redis_: 'redis', rabbitmq_: 'rabbitmq' }

/**
 * The components of the shop whose series a PromQL query selects by name: by a label, or by an exporter for that component only. A proxy stands for
 * its service. Empty if a pattern leaves open what it selects, or the query cannot be parsed.
 */
export function componentsIn(query: string): readonly ShopComponentName[] {
  if (query.length > longestQuery) return []
  const known = read.get(query)
  if (known) return known
  const named = readQuery(query)
  // Dashboards repeat the same queries.
  if (read.size >= mostRead) read.clear()
  read.set(query, named)
  return named
}

/** Parsing stops at the first error: recovery is slow, and Prometheus refuses the query anyway. */
const strict = parser.configure({ strict: true })

const mostRead = 500
const read = new Map<string, readonly ShopComponentName[]>()

function readQuery(query: string): ShopComponentName[] {
  const named = new Set<ShopComponentName>()
  let open = false
  let label = ''
  let operator = ''
  let tree
  try {
    tree = strict.parse(query)
  } catch {
    return []
  }
  tree.iterate({
    enter({ name, from, to }) {
      const text = () => query.slice(from, to)
      if (name === 'Identifier' || name === 'MetricName') {
        const exporter = Object.keys(exporters).find((prefix) => text().startsWith(prefix))
        if (exporter !== undefined) named.add(exporters[exporter] as ShopComponentName)
      }
      if (name === 'LabelName' || name === 'QuotedLabelName') label = text().replaceAll(/^["'`]|["'`]$/g, '')
      if (name === 'MatchOp') operator = text()
      if (name !== 'StringLiteral' || operator === '') return
      const value = text().slice(1, -1)
      if (componentLabels.has(label) && (operator === '=' || operator === '=~')) {
        // Alternatives in a pattern are used if they are plain names.
        const alternatives = operator === '=' ? [value] : value.replaceAll(/^\(|\)$/g, '').split('|')
        for (const alternative of alternatives) {
          if (operator === '=~' && /[^\w-]/.test(alternative)) open = true
          const component = componentNamed(alternative)
          if (component) named.add(component)
        }
      }
      operator = ''
    },
  })
  return open ? [] : [...named]
}

/** The shop's component for a service, a proxy or a log; null if there is none. */
export function componentNamed(name: string | null | undefined): ShopComponentName | null {
  return shopComponentName.safeParse(name && withoutProxy(name)).data ?? null
}

interface SpanRead {
  spanId: string
  parentSpanId?: string | null
  service: string
  status: string
}

/** The components where the failure of a trace begins: those of failed spans without a failed child. Empty if many fail at once. */
export function failingIn(spans: readonly SpanRead[]): ShopComponentName[] {
  const failed = spans.filter(({ status }) => status === 'Error')
  const above = new Set(failed.map(({ parentSpanId }) => parentSpanId))
  const components = failed.filter(({ spanId }) => !above.has(spanId)).flatMap(({ service }) => componentNamed(service) ?? [])
  return [...new Set(components)]
}
