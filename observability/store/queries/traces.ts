import type { Span, TraceSummary } from '../../../model/telemetry.ts'
import type { Engine, SqlValue } from '../engine/engine.ts'

interface RawSpan extends Omit<Span, 'events' | 'startUs' | 'durationUs'> {
  startUs: string
  durationUs: string
  eventTimes: string[]
  eventNames: string[]
  eventAttributes: Record<string, string>[]
}

const spanColumns = `TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, SpanName AS name, SpanKind AS kind,
  ServiceName AS service, toString(toUnixTimestamp64Micro(Timestamp)) AS startUs, toString(intDiv(Duration, 1000)) AS durationUs,
  StatusCode AS status, StatusMessage AS statusMessage, SpanAttributes AS attributes, ResourceAttributes AS resource,
  arrayMap(t -> toString(toUnixTimestamp64Micro(t)), Events.Timestamp) AS eventTimes, Events.Name AS eventNames,
  Events.Attributes AS eventAttributes`

/** All spans of one trace, by start; empty when the store does not have it. */
export async function traceById(engine: Engine, traceId: string): Promise<Span[]> {
  return (await tracesByIds(engine, [traceId]))[0] ?? []
}

/** Maximum number of spans of one trace, beyond which it is a loop; and of all requested traces. */
const mostSpans = 5_000
const mostSpansAtOnce = 200_000

/** All spans of each trace, by start, in the order of the ids. A span that was sent twice, such as in a retry, is returned once. */
export async function tracesByIds(engine: Engine, traceIds: readonly string[]): Promise<Span[][]> {
  if (traceIds.length === 0) return []
  // The lookup table first limits the time range: the spans themselves are not ordered by trace.
  const rows = await engine.query<RawSpan>(
    `WITH (SELECT (min(Start), max(End) + 1) FROM otel_traces_trace_id_ts WHERE TraceId IN {ids:Array(String)}) AS during
     SELECT ${spanColumns} FROM otel_traces
     WHERE TraceId IN {ids:Array(String)} AND Timestamp >= during.1 AND Timestamp <= during.2
     ORDER BY Timestamp LIMIT 1 BY TraceId, SpanId LIMIT {limit:UInt32}`,
    { ids: [...traceIds], limit: Math.min(mostSpans * traceIds.length, mostSpansAtOnce) },
  )
  const spans = rows.map(({ eventTimes, eventNames, eventAttributes, ...row }) => ({
    ...row,
    startUs: Number(row.startUs),
    durationUs: Number(row.durationUs),
    events: eventNames.map((name, index) => ({
      name,
      timeUs: Number(eventTimes[index]),
      attributes: eventAttributes[index] ?? {},
    })),
  }))
  const byTrace = Map.groupBy(spans, ({ traceId }) => traceId)
  return [...new Set(traceIds)].flatMap((id) => {
    const trace = byTrace.get(id)
    return trace ? [trace] : []
  })
}

interface TraceSearch {
  service?: string | undefined
  operation?: string | undefined
  minDurationMs?: number | undefined
  maxDurationMs?: number | undefined
  /** Spans that failed, or those that did not. */
  errors?: boolean | undefined
  /**
   * `key=value` pairs that some span of the trace has: attributes of the span, its resource or an event; its kind as `span.kind`, its failure as
   * `error=true`, and the name of an event as `event`.
   */
  attributes?: Record<string, string> | undefined
  fromMs: number
  toMs: number
  limit: number
}

/** Parts of a trace arrive within seconds of each other: a trace this young without its root is still incomplete, and not listed. */
const rootWithinSeconds = 10
/** Maximum number of such young traces: they do not displace others. */
const stillArriving = 300

/** The share of the time range that is searched first: a frequent match is found there. */
const latestShare = 1 / 30

/** Traces with a matching span, newest first. Durations are those of the matching span, as in Jaeger. */
export async function searchTraces(engine: Engine, search: TraceSearch): Promise<TraceSummary[]> {
  const { fromMs, toMs, limit } = search
  const latestMs = toMs - Math.max(60_000, (toMs - fromMs) * latestShare)
  if (latestMs > fromMs) {
    const latest = await tracesBetween(engine, { ...search, fromMs: latestMs })
    if (latest.length >= limit) return latest
  }
  return tracesBetween(engine, search)
}

/** The largest number of nanoseconds that is exact, 104 days: no span is longer. */
const nanoseconds = (ms: number): number => Math.min(Math.round(ms * 1e6), Number.MAX_SAFE_INTEGER)

/** Conditions for the ways in which a span can have a tag. */
function tagged(name: string, key: string, value: string): string[] {
  // For a missing key, a map returns an empty value.
  const has = (map: string) => `(mapContains(${map}, ${key}) AND ${map}[${key}] = ${value})`
  return [
    has('SpanAttributes'),
    has('ResourceAttributes'),
    `arrayExists(of -> ${has('of')}, Events.Attributes)`,
    ...(name === 'event' ? [`has(Events.Name, ${value})`] : []),
    ...(name === 'error' ? [`(${value} = 'true' AND StatusCode = 'Error')`] : []),
  ]
}

async function tracesBetween(engine: Engine, search: TraceSearch): Promise<TraceSummary[]> {
  const conditions = ['Timestamp >= fromUnixTimestamp64Milli({from:Int64})', 'Timestamp <= fromUnixTimestamp64Milli({to:Int64})']
  const params: Record<string, SqlValue> = { from: Math.floor(search.fromMs), to: Math.ceil(search.toMs), limit: search.limit }
  const add = (condition: string, name: string, value: SqlValue) => {
    conditions.push(condition)
    params[name] = value
  }
  if (search.service) add('ServiceName = {service:String}', 'service', search.service)
  if (search.operation) add('SpanName = {operation:String}', 'operation', search.operation)
  if (search.minDurationMs) add('Duration >= {minNs:UInt64}', 'minNs', nanoseconds(search.minDurationMs))
  if (search.maxDurationMs) add('Duration <= {maxNs:UInt64}', 'maxNs', nanoseconds(search.maxDurationMs))
  if (search.errors !== undefined) conditions.push(`StatusCode ${search.errors ? '=' : '!='} 'Error'`)
  Object.entries(search.attributes ?? {}).forEach(([key, value], index) => {
    if (key === 'span.kind') return add(`lower(SpanKind) = lower({value${index}:String})`, `value${index}`, value)
    add(`(${tagged(key, `{key${index}:String}`, `{value${index}:String}`).join(' OR ')})`, `value${index}`, value)
    params[`key${index}`] = key
  })
  const rows = await engine.query<
    Omit<TraceSummary, 'startMs' | 'durationMs' | 'spans' | 'errors'> & Record<'startMs' | 'durationMs' | 'spans' | 'errors', string>
  >(
    `WITH found AS (
       SELECT TraceId, max(Timestamp) AS latest FROM otel_traces WHERE ${conditions.join(' AND ')}
       GROUP BY TraceId ORDER BY latest DESC LIMIT {candidates:UInt32})
     SELECT TraceId AS traceId,
       toString(toUnixTimestamp64Milli(min(Timestamp))) AS startMs,
       toString((max(toUnixTimestamp64Micro(Timestamp) + intDiv(Duration, 1000)) - min(toUnixTimestamp64Micro(Timestamp))) / 1000) AS durationMs,
       toString(uniqExact(SpanId)) AS spans, toString(uniqExactIf(SpanId, StatusCode = 'Error')) AS errors,
       argMin(ServiceName, (ParentSpanId != '', Timestamp)) AS rootService,
       argMin(SpanName, (ParentSpanId != '', Timestamp)) AS rootName,
       arraySort(groupUniqArray(ServiceName)) AS services
     FROM otel_traces
     WHERE TraceId IN (SELECT TraceId FROM found)
       AND Timestamp >= fromUnixTimestamp64Milli({from:Int64} - 60000) AND Timestamp <= fromUnixTimestamp64Milli({to:Int64} + 60000)
     GROUP BY TraceId HAVING countIf(ParentSpanId = '') > 0 OR max(Timestamp) < now64(9) - toIntervalSecond(${rootWithinSeconds})
     ORDER BY min(Timestamp) DESC LIMIT {limit:UInt32}`,
    { ...params, candidates: search.limit + stillArriving },
  )
  return rows.map((row) => ({
    ...row,
    startMs: Number(row.startMs),
    durationMs: Number(row.durationMs),
    spans: Number(row.spans),
    errors: Number(row.errors),
  }))
}

export async function listServices(engine: Engine): Promise<string[]> {
  const rows = await engine.query<{ service: string }>(
    `SELECT DISTINCT ServiceName AS service FROM otel_traces WHERE Timestamp > now() - INTERVAL 2 HOUR AND ServiceName != '' ORDER BY service`,
  )
  return rows.map((row) => row.service)
}

export async function listOperations(engine: Engine, service: string): Promise<{ name: string; kind: string }[]> {
  return engine.query(
    `SELECT DISTINCT SpanName AS name, SpanKind AS kind FROM otel_traces
     WHERE ServiceName = {service:String} AND Timestamp > now() - INTERVAL 2 HOUR ORDER BY name LIMIT 1000`,
    { service },
  )
}

interface ServiceEdge {
  parent: string
  child: string
  calls: number
  errors: number
  p95Ms: number
}

/** The calls between services, from spans whose parent belongs to another service. */
export async function serviceGraph(engine: Engine, fromMs: number, toMs: number): Promise<ServiceEdge[]> {
  const rows = await engine.query<Record<'parent' | 'child' | 'calls' | 'errors' | 'p95Ms', string>>(
    `SELECT p.ServiceName AS parent, c.ServiceName AS child, toString(uniqExact(c.TraceId, c.SpanId)) AS calls,
       toString(uniqExactIf((c.TraceId, c.SpanId), c.StatusCode = 'Error')) AS errors, toString(quantile(0.95)(c.Duration) / 1e6) AS p95Ms
     FROM (SELECT TraceId, SpanId, ParentSpanId, ServiceName, StatusCode, Duration FROM otel_traces
           WHERE ParentSpanId != '' AND SpanKind IN ('Server', 'Consumer')
             AND Timestamp >= fromUnixTimestamp64Milli({from:Int64}) AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})) AS c
     INNER JOIN (SELECT TraceId, SpanId, ServiceName FROM otel_traces
           WHERE SpanKind IN ('Client', 'Producer')
             AND Timestamp >= fromUnixTimestamp64Milli({from:Int64} - 60000) AND Timestamp <= fromUnixTimestamp64Milli({to:Int64})) AS p
       ON c.TraceId = p.TraceId AND c.ParentSpanId = p.SpanId
     WHERE p.ServiceName != c.ServiceName
     GROUP BY parent, child ORDER BY parent, child`,
    { from: Math.floor(fromMs), to: Math.ceil(toMs) },
  )
  return rows.map((row) => ({ ...row, calls: Number(row.calls), errors: Number(row.errors), p95Ms: Number(row.p95Ms) }))
}
