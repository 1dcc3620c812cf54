import type { AnyValue, Id, KeyValue, LogsRequest, Nanos, TraceRequest } from './messages.ts'

const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const statuses = ['Unset', 'Ok', 'Error']

/** Rows of `otel_traces`, as JSONEachRow. Throws on ids or times that are not OTLP. */
export function spanRows(request: TraceRequest): string[] {
  const rows: string[] = []
  for (const { resource, scopeSpans = [] } of request.resourceSpans ?? []) {
    const resourceAttributes = attributeMap(resource?.attributes)
    for (const { scope, spans = [] } of scopeSpans) {
      for (const span of spans) {
        const start = nanoseconds(span.startTimeUnixNano)
        const end = nanoseconds(span.endTimeUnixNano)
        rows.push(
          JSON.stringify({
            Timestamp: seconds(start),
            TraceId: hex(span.traceId, 16),
            SpanId: hex(span.spanId, 8),
            ParentSpanId: isEmpty(span.parentSpanId) ? '' : hex(span.parentSpanId, 8),
            TraceState: span.traceState ?? '',
            SpanName: span.name ?? '',
            SpanKind: enumName(span.kind, kinds, 'SPAN_KIND_'),
            ServiceName: resourceAttributes['service.name'] ?? '',
            ResourceAttributes: resourceAttributes,
            ScopeName: scope?.name ?? '',
            ScopeVersion: scope?.version ?? '',
            SpanAttributes: attributeMap(span.attributes),
            Duration: Number(end > start ? end - start : 0n),
            StatusCode: enumName(span.status?.code, statuses, 'STATUS_CODE_'),
            StatusMessage: span.status?.message ?? '',
            'Events.Timestamp': (span.events ?? []).map((event) => seconds(nanoseconds(event.timeUnixNano))),
            'Events.Name': (span.events ?? []).map((event) => event.name ?? ''),
            'Events.Attributes': (span.events ?? []).map((event) => attributeMap(event.attributes)),
            'Links.TraceId': (span.links ?? []).map((link) => hex(link.traceId, 16)),
            'Links.SpanId': (span.links ?? []).map((link) => hex(link.spanId, 8)),
            'Links.TraceState': (span.links ?? []).map((link) => link.traceState ?? ''),
            'Links.Attributes': (span.links ?? []).map((link) => attributeMap(link.attributes)),
          }),
        )
      }
    }
  }
  return rows
}

/** Rows of `otel_logs`, as JSONEachRow. */
export function logRows(request: LogsRequest): string[] {
  const rows: string[] = []
  for (const { resource, schemaUrl, scopeLogs = [] } of request.resourceLogs ?? []) {
    const resourceAttributes = attributeMap(resource?.attributes)
    for (const { scope, schemaUrl: scopeSchemaUrl, logRecords = [] } of scopeLogs) {
      for (const record of logRecords) {
        const time = nanoseconds(record.timeUnixNano ?? 0) || nanoseconds(record.observedTimeUnixNano ?? 0)
        rows.push(
          logRow({
            time: seconds(time || BigInt(Date.now()) * 1_000_000n),
            traceId: isEmpty(record.traceId) ? '' : hex(record.traceId, 16),
            spanId: isEmpty(record.spanId) ? '' : hex(record.spanId, 8),
            flags: (record.flags ?? 0) & 0xff,
            severityText: record.severityText ?? '',
            severityNumber: Number(record.severityNumber ?? 0) || 0,
            service: resourceAttributes['service.name'] ?? '',
            body: record.body ? valueText(record.body) : '',
            resourceSchemaUrl: schemaUrl ?? '',
            resourceAttributes,
            scopeSchemaUrl: scopeSchemaUrl ?? '',
            scopeName: scope?.name ?? '',
            scopeVersion: scope?.version ?? '',
            scopeAttributes: attributeMap(scope?.attributes),
            attributes: attributeMap(record.attributes),
          }),
        )
      }
    }
  }
  return rows
}

export interface LogEntry {
  /** Seconds since the epoch, as a decimal number with up to nine digits after the point. */
  time: string
  traceId: string
  spanId: string
  flags?: number
  severityText: string
  severityNumber: number
  service: string
  body: string
  resourceSchemaUrl?: string
  resourceAttributes?: Record<string, string>
  scopeSchemaUrl?: string
  scopeName?: string
  scopeVersion?: string
  scopeAttributes?: Record<string, string>
  attributes: Record<string, string>
}

export const logRow = (entry: LogEntry): string =>
  JSON.stringify({
    Timestamp: entry.time,
    TraceId: entry.traceId,
    SpanId: entry.spanId,
    TraceFlags: entry.flags ?? 0,
    SeverityText: entry.severityText,
    SeverityNumber: entry.severityNumber,
    ServiceName: entry.service,
    Body: entry.body,
    ResourceSchemaUrl: entry.resourceSchemaUrl ?? '',
    ResourceAttributes: entry.resourceAttributes ?? { 'service.name': entry.service },
    ScopeSchemaUrl: entry.scopeSchemaUrl ?? '',
    ScopeName: entry.scopeName ?? '',
    ScopeVersion: entry.scopeVersion ?? '',
    ScopeAttributes: entry.scopeAttributes ?? {},
    LogAttributes: entry.attributes,
  })

function attributeMap(attributes: KeyValue[] = []): Record<string, string> {
  const map: Record<string, string> = {}
  for (const { key, value } of attributes) map[key] = value ? valueText(value) : ''
  return map
}

/** The text of a value as the Collector writes it (`pcommon.Value.AsString`). */
function valueText(value: AnyValue): string {
  const plain = plainValue(value)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}

/** Only own fields count: a decoded protobuf message has the defaults of all others on its prototype. */
function plainValue(value: AnyValue): unknown {
  const has = (field: keyof AnyValue) => Object.hasOwn(value, field)
  if (has('stringValue')) return value.stringValue
  if (has('intValue') && value.intValue !== undefined) return Number(nanoseconds(value.intValue, true))
  if (has('boolValue')) return value.boolValue
  if (has('doubleValue')) return value.doubleValue
  if (has('arrayValue')) return (value.arrayValue?.values ?? []).map(plainValue)
  if (has('kvlistValue')) {
    const pairs = value.kvlistValue?.values ?? []
    return Object.fromEntries(pairs.map(({ key, value: inner }) => [key, inner ? plainValue(inner) : null]))
  }
  if (has('bytesValue')) return Buffer.from((value.bytesValue ?? '') as Uint8Array).toString('base64')
  return ''
}

function nanoseconds(value: Nanos, signed = false): bigint {
  if (typeof value === 'object') {
    const unsigned = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0)
    return signed ? BigInt.asIntN(64, unsigned) : unsigned
  }
  return BigInt(value)
}

const seconds = (nanos: bigint): string => `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`

const isEmpty = (id: Id | undefined): id is undefined => id === undefined || id.length === 0

function hex(id: Id | undefined, bytes: number): string {
  const text = typeof id === 'string' ? id.toLowerCase() : Buffer.from(id ?? []).toString('hex')
  if (text.length !== bytes * 2 || !/^[0-9a-f]+$/.test(text)) throw new TypeError(`'${text}' is not an id of ${bytes} bytes`)
  return text
}

/** OTLP/JSON has enums as numbers, and some exporters send the names. */
function enumName(value: number | string | undefined, names: string[], prefix: string): string {
  if (typeof value === 'string') {
    const plain = value.replace(prefix, '').toLowerCase()
    return names.find((name) => name.toLowerCase() === plain) ?? names[0] ?? ''
  }
  return names[value ?? 0] ?? names[0] ?? ''
}
