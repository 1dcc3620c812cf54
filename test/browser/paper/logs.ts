import type { LogLine, LogOverview } from '../../../model/telemetry.ts'
import { severity, type Incident } from './metrics.ts'

const everyMs = 120
const services = ['gateway', 'inventory', 'orders', 'postgres']
const bucketsWanted = 60

type Search = Record<string, string | string[]>

function* matching(incident: Incident, fromMs: number, toMs: number, search: Search): Generator<LogLine> {
  const words = String(search['text'] ?? '').toLowerCase()
  const least = Number(search['minSeverity'] ?? 0)
  for (let at = Math.floor(toMs / everyMs) * everyMs; at >= fromMs; at -= everyMs) {
    const line = lineAt(at, incident)
    if (search['service'] && ![search['service']].flat().includes(line.service)) continue
    if (least > { INFO: 9, WARN: 13, ERROR: 17 }[line.severity as 'INFO' | 'WARN' | 'ERROR']) continue
    if ([search['tag'] ?? []].flat().some((tag) => line.attributes[tag.split('=')[0] ?? ''] !== tag.split('=')[1])) continue
    if (words !== '' && !line.body.toLowerCase().includes(words)) continue
    yield line
  }
}

function lineAt(at: number, incident: Incident): LogLine {
  const index = at / everyMs
  const service = services[index % services.length] ?? 'gateway'
  const hurt = severity(at / 1_000, incident) > 0.5
  const level = hurt && index % 9 === 0 ? 'ERROR' : hurt && index % 5 === 0 ? 'WARN' : 'INFO'
  const took = hurt && service !== 'orders' ? 1_800 + (index % 400) : 12 + (index % 9)
  const body = {
    ERROR: `GET /stock failed: no answer within 2000 ms (attempt ${index % 3})`,
    WARN: `slow query: ${took} ms, SELECT quantity FROM inventory.stock`,
    INFO: service === 'postgres' ? `checkpoint complete: wrote ${index % 90} buffers` : `GET /products 200 in ${took} ms`,
  }[level]
  return {
    timeMs: at,
    service,
    severity: level,
    body,
    traceId: service === 'postgres' ? '' : '0'.repeat(12) + '2' + (Math.floor(at / 3_000) * 3_000).toString(16).padStart(19, '0'),
    spanId: '',
    attributes: { route: '/products', status: level === 'ERROR' ? '504' : '200', user: `user-${index % 40}` },
  }
}

/** Newest first. */
export function logLines(incident: Incident, fromMs: number, toMs: number, limit: number, search: Search): LogLine[] {
  return [...matching(incident, fromMs, toMs, search).take(limit)]
}

export function logOverview(incident: Incident, fromMs: number, toMs: number, search: Search): LogOverview {
  const bucketSeconds = Math.max(1, Math.ceil((toMs - fromMs) / 1_000 / bucketsWanted))
  const buckets = new Map<number, { atMs: number; lines: number; warnings: number; errors: number }>()
  const count = new Map<string, { lines: number; errors: number }>()
  const levels = new Map<string, number>()
  for (const { timeMs, service, severity: level } of matching(incident, fromMs, toMs, search)) {
    const atMs = Math.floor(timeMs / 1_000 / bucketSeconds) * bucketSeconds * 1_000
    const bucket = buckets.get(atMs) ?? { atMs, lines: 0, warnings: 0, errors: 0 }
    bucket.lines++
    if (level === 'WARN') bucket.warnings++
    if (level === 'ERROR') bucket.errors++
    buckets.set(atMs, bucket)
    const known = count.get(service) ?? { lines: 0, errors: 0 }
    count.set(service, { lines: known.lines + 1, errors: known.errors + (level === 'ERROR' ? 1 : 0) })
    levels.set(level, (levels.get(level) ?? 0) + 1)
  }
  return {
    bucketSeconds,
    buckets: [...buckets.values()].toSorted((a, b) => a.atMs - b.atMs),
    services: [...count].map(([name, counted]) => ({ name, ...counted })),
    severities: [...levels].map(([name, lines]) => ({ name, lines })),
    patterns: [{ pattern: 'GET /products … in … ms', example: 'GET /products 200 in 12 ms', lines: 100, service: 'gateway' }],
  }
}
