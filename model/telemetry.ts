import { isKeyOf } from './own.ts'

/** What a search over logs finds, counted. */
export interface LogOverview {
  /** Width of a bucket, in seconds. */
  bucketSeconds: number
  /** Lines of each bucket that has any, oldest first; times in milliseconds since the epoch. */
  buckets: { atMs: number; lines: number; warnings: number; errors: number }[]
  /** Lines by service and by severity, most first. */
  services: { name: string; lines: number; errors: number }[]
  severities: { name: string; lines: number }[]
  /** Messages that differ only in numbers and ids, most first. */
  patterns: { pattern: string; example: string; lines: number; service: string }[]
}

/** One span, as the store gives it. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  kind: string
  service: string
  /** Microseconds since the epoch. */
  startUs: number
  durationUs: number
  status: string
  statusMessage: string
  attributes: Record<string, string>
  resource: Record<string, string>
  events: { timeUs: number; name: string; attributes: Record<string, string> }[]
}

/** A trace in a list. */
export interface TraceSummary {
  traceId: string
  startMs: number
  durationMs: number
  spans: number
  errors: number
  rootService: string
  rootName: string
  services: string[]
}

export interface LogLine {
  timeMs: number
  service: string
  severity: string
  body: string
  traceId: string
  spanId: string
  attributes: Record<string, string>
}

const stores = { postgresql: 'postgres', redis: 'redis', rabbitmq: 'rabbitmq' } as const

/** The datastore that a span asks, by the attributes of OpenTelemetry's conventions before and after 1.30; null where it asks none. */
export function storeOf({ attributes }: { attributes: Readonly<Record<string, unknown>> }): (typeof stores)[keyof typeof stores] | null {
  const system = String(attributes['db.system.name'] ?? attributes['db.system'] ?? attributes['messaging.system'])
  return isKeyOf(stores, system) ? stores[system] : null
}
