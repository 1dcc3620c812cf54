import { withoutProxy } from '../../../../model/components.ts'
import type { Span } from '../../../../model/telemetry.ts'

/** A name for a span: what it does, and with what. */
export function spanName(span: Span, calls: string | null = null): { name: string; detail: string } {
  const { name, attributes } = span
  const query = attributes['db.query.text'] ?? attributes['db.statement']
  if (query) {
    const does = operation(name)
    const text = oneLine(query)
    return { name: does, detail: text.toLowerCase().startsWith(does.toLowerCase()) ? text.slice(does.length).trim() : text }
  }
  // A proxy names its span by the address that it dials: the component behind that is what matters.
  if (name.startsWith('egress ')) return { name: calls ? `to ${withoutProxy(calls)}` : name, detail: pathOf(attributes['http.url']) }
  if (name === 'ingress') return { name, detail: pathOf(attributes['http.url']) }
  const path = attributes['url.path']
  if (path && !name.includes('/'))
    return { name: `${name} ${path}`, detail: attributes['url.query']?.replace(/^\??/, '?').replace(/^\?$/, '') ?? '' }
  return { name, detail: '' }
}

/** `pg.query:SELECT shop` is a SELECT. */
const operation = (name: string): string => name.replace(/^pg\.query:(\w+).*/, '$1').replace(/^pg-pool\.connect$/, 'connect')
const oneLine = (text: string): string =>
  text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 120)

function pathOf(url: string | undefined): string {
  try {
    return url ? new URL(url).pathname : ''
  } catch {
    return ''
  }
}
