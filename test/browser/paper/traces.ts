import type { Span, TraceSummary } from '../../../model/telemetry.ts'
import { severity, type Incident } from './metrics.ts'

const everyMs = 3_000
const kinds = ['usual', 'usual', 'slow', 'usual', 'checkout', 'slow', 'failed'] as const
type Kind = (typeof kinds)[number] | 'huge'

/** A trace's id encodes its kind, and when it began. */
const idOf = (kind: Kind, startMs: number): string =>
  `${'0'.repeat(12)}${{ usual: '1', slow: '2', checkout: '3', failed: '4', huge: '5' }[kind]}${startMs.toString(16).padStart(19, '0')}`
export const hugeTrace = idOf('huge', 1_700_000_000_000)

/** The traces that began between two moments, newest first. */
export function summaries(incident: Incident, fromMs: number, toMs: number, limit: number): TraceSummary[] {
  const found: TraceSummary[] = []
  for (let at = Math.floor(toMs / everyMs) * everyMs; at >= fromMs && found.length < limit; at -= everyMs) {
    const wanted = kinds[(at / everyMs) % kinds.length] ?? 'usual'
    const hurt = severity(at / 1_000, incident) > 0.5
    const kind = wanted === 'checkout' || hurt ? wanted : 'usual'
    const spans = traceOf(idOf(kind, at))
    const [root] = spans
    if (!root) continue
    found.push({
      traceId: root.traceId,
      startMs: at,
      durationMs: root.durationUs / 1_000,
      spans: spans.length,
      errors: spans.filter(({ status }) => status === 'Error').length,
      rootService: root.service,
      rootName: root.name,
      services: [...new Set(spans.map(({ service }) => service))],
    })
  }
  return found
}

/** All spans of a trace by its id, by start; empty for any other id. */
export function traceOf(id: string): Span[] {
  const kind = ({ 1: 'usual', 2: 'slow', 3: 'checkout', 4: 'failed', 5: 'huge' } as const)[Number(id[12]) as 1 | 2 | 3 | 4 | 5]
  const startMs = Number.parseInt(id.slice(13), 16)
  if (!kind || !/^0{12}[1-5][0-9a-f]{19}$/.test(id)) return []
  const queries = { usual: 1, slow: 403, checkout: 2, failed: 12, huge: 9_990 }[kind]
  const queryUs = kind === 'usual' ? 2_100 : 4_400 + (startMs % 7) * 120
  const stockUs = queries * (queryUs + 200) + 1_800
  const spans: Span[] = []
  const add = (name: string, service: string, parent: number, fromUs: number, durationUs: number, more: Partial<Span> = {}) => {
    spans.push({
      traceId: id,
      spanId: spans.length.toString(16).padStart(16, '0'),
      parentSpanId: parent < 0 ? '' : parent.toString(16).padStart(16, '0'),
      name,
      kind: 'Server',
      service,
      startUs: startMs * 1_000 + fromUs,
      durationUs,
      status: 'Unset',
      statusMessage: '',
      attributes: {},
      resource: { 'service.version': service === 'inventory' ? '1.5.0' : '1.4.0' },
      events: [],
      ...more,
    })
    return spans.length - 1
  }
  const failed: Partial<Span> = kind === 'failed' ? { status: 'Error', statusMessage: 'no answer within 2 s' } : {}
  const route = kind === 'checkout' ? 'POST /api/checkout' : 'GET /api/products'
  const root = add(route, 'locust', -1, 0, stockUs + 9_000, { kind: 'Client', ...failed })
  const gateway = add(route, 'gateway', root, 900, stockUs + 7_000, failed)
  const catalog = add('GET /products', 'catalog', gateway, 1_700, 2_900)
  add('redis GET', 'catalog', catalog, 2_000, 700, { kind: 'Client', attributes: { 'db.system': 'redis' } })
  const stock = add('GET /stock', 'inventory', gateway, 5_200, stockUs, failed)
  for (let index = 0; index < queries; index++)
    add('pg.query SELECT shop', 'inventory', stock, 6_000 + index * (queryUs + 200), queryUs, {
      kind: 'Client',
      attributes: { 'db.system': 'postgresql', 'db.statement': 'SELECT quantity FROM inventory.stock WHERE product = $1' },
    })
  return spans
}
