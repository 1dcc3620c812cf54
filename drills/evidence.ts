import { parser } from '@prometheus-io/lezer-promql'
import { shopComponentName, withoutProxy, type ShopComponentName } from '../model/components.ts'

/** What names more components than this is a guess at all of them, and a look at none. */
export const mostNamed = 2
/** Nobody writes a longer query to look at one component, and reading it costs time. */
const longestQuery = 2_000
/** Labels whose value is a component. */
const componentLabels = new Set(['service', 'component', 'job', 'peer', 'envoy_cluster_name'])
/** Exporters that know of one component only, by what their metrics begin with. */
const exporters: Record<string, ShopComponentName> = { pg_: 'postgres', redis_: 'redis', rabbitmq_: 'rabbitmq' }

/**
 * The components of the shop whose series a PromQL query selects by name: by a label, or by an exporter that knows of one only. A proxy
 * stands for its service. None where a pattern leaves open what it selects, or the query is not understood.
 */
export function componentsIn(query: string): readonly ShopComponentName[] {
  if (query.length > longestQuery) return []
  const known = read.get(query)
  if (known) return known
  const named = readQuery(query)
  // Dashboards ask the same again and again.
  if (read.size >= mostRead) read.clear()
  read.set(query, named)
  return named
}

/** What is wrong is not gone on with: that takes long, and Prometheus does not take it either. */
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
        // Alternatives of a pattern are read as far as they are plain names.
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

/** The component of the shop that a service, a proxy or a log is of; null when it is of none. */
export function componentNamed(name: string | null | undefined): ShopComponentName | null {
  return shopComponentName.safeParse(name && withoutProxy(name)).data ?? null
}

interface SpanRead {
  spanId: string
  parentSpanId?: string | null
  service: string
  status: string
}

/** The components at which the failure of a trace begins: of failed spans below which nothing failed. None where many fail at once. */
export function failingIn(spans: readonly SpanRead[]): ShopComponentName[] {
  const failed = spans.filter(({ status }) => status === 'Error')
  const above = new Set(failed.map(({ parentSpanId }) => parentSpanId))
  const components = failed.filter(({ spanId }) => !above.has(spanId)).flatMap(({ service }) => componentNamed(service) ?? [])
  return [...new Set(components)]
}
