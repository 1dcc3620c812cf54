import type { LogLine, LogOverview } from '../../../model/telemetry.ts'
import type { Engine, SqlValue } from '../engine/engine.ts'

interface LogSearch {
  /** All words must be in the message, in any case. */
  text?: string | undefined
  services?: string[] | undefined
  /** Least severity: 9 info, 13 warning, 17 error. */
  minSeverity?: number | undefined
  traceId?: string | undefined
  spanId?: string | undefined
  /** Attributes of a line, with their values. */
  attributes?: Record<string, string> | undefined
  fromMs: number
  toMs: number
  limit: number
}

/** A trace id or a UUID, as copied from somewhere. */
const wholeId = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** The search as a condition over `otel_logs`, and its parameters. */
function conditionsOf(search: LogSearch): { where: string; params: Record<string, SqlValue> } {
  const conditions = ['TimestampTime >= toDateTime({fromS:Int64})', 'TimestampTime <= toDateTime({toS:Int64})']
  const params: Record<string, SqlValue> = {
    fromS: Math.floor(search.fromMs / 1_000),
    toS: Math.ceil(search.toMs / 1_000),
  }
  if (search.services?.length) {
    conditions.push('has({services:Array(String)}, ServiceName)')
    params['services'] = search.services
  }
  if (search.minSeverity) {
    conditions.push('SeverityNumber >= {severity:UInt8}')
    params['severity'] = search.minSeverity
  }
  if (search.traceId) {
    conditions.push('TraceId = {traceId:String}')
    params['traceId'] = search.traceId
  }
  if (search.spanId) {
    conditions.push('SpanId = {spanId:String}')
    params['spanId'] = search.spanId
  }
  Object.entries(search.attributes ?? {}).forEach(([key, value], index) => {
    conditions.push(`mapContains(LogAttributes, {key${index}:String}) AND LogAttributes[{key${index}:String}] = {value${index}:String}`)
    params[`key${index}`] = key
    params[`value${index}`] = value
  })
  const words = (search.text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 10)
  words.forEach((word, index) => {
    // If the word is plain ASCII, bytes can be compared, which is several times as fast.
    const position = /^[\x20-\x7e]+$/.test(word) ? 'positionCaseInsensitive' : 'positionCaseInsensitiveUTF8'
    conditions.push(`${position}(Body, {word${index}:String}) > 0`)
    params[`word${index}`] = word
    if (!wholeId.test(word)) return
    // An id is searched as a whole: the table's index excludes parts that cannot have its tokens, which are then not read.
    word.split('-').forEach((token, part) => {
      const name = `token${index}_${part}`
      conditions.push(`(hasToken(Body, {${name}:String}) OR hasToken(Body, {${name}upper:String}))`)
      params[name] = token.toLowerCase()
      params[`${name}upper`] = token.toUpperCase()
    })
  })
  return { where: conditions.join(' AND '), params }
}

/** Matching log lines, newest first. A frequent match is found in a small part of the time range, so the latest part is searched first. */
export async function searchLogs(engine: Engine, search: LogSearch): Promise<LogLine[]> {
  const { fromMs, toMs, limit } = search
  const splitMs = Math.floor((toMs - Math.max(60_000, (toMs - fromMs) * latestShare)) / 1_000) * 1_000
  if (splitMs <= fromMs) return linesBetween(engine, search)
  const latest = await linesBetween(engine, { ...search, fromMs: splitMs })
  if (latest.length >= limit) return latest
  // Up to the second before the part already searched.
  return [...latest, ...(await linesBetween(engine, { ...search, toMs: splitMs - 1_000, limit: limit - latest.length }))]
}

const latestShare = 1 / 30

async function linesBetween(engine: Engine, search: LogSearch): Promise<LogLine[]> {
  const { where, params } = conditionsOf(search)
  const rows = await engine.query<Omit<LogLine, 'timeMs'> & { timeMs: string }>(
    `SELECT toString(toUnixTimestamp64Milli(Timestamp)) AS timeMs, ServiceName AS service, SeverityText AS severity, Body AS body,
       TraceId AS traceId, SpanId AS spanId, LogAttributes AS attributes
     FROM otel_logs WHERE ${where} ORDER BY TimestampTime DESC, Timestamp DESC LIMIT {limit:UInt32}`,
    { ...params, limit: search.limit },
  )
  return rows.map((row) => ({ ...row, timeMs: Number(row.timeMs) }))
}

const bucketsWanted = 60

/** Counts the matches of a search: over time, by service, by severity, and by message pattern. */
export async function overviewLogs(engine: Engine, search: LogSearch): Promise<LogOverview> {
  const { where, params } = conditionsOf(search)
  const bucketSeconds = Math.max(1, Math.ceil((search.toMs - search.fromMs) / 1_000 / bucketsWanted))
  const [buckets, services, severities, patterns] = await Promise.all([
    engine.query<{ at: string; lines: string; warnings: string; errors: string }>(
      `SELECT toString(toUnixTimestamp(toStartOfInterval(TimestampTime, INTERVAL ${bucketSeconds} SECOND))) AS at, toString(count()) AS lines,
         toString(countIf(SeverityNumber >= 13 AND SeverityNumber < 17)) AS warnings, toString(countIf(SeverityNumber >= 17)) AS errors
       FROM otel_logs WHERE ${where} GROUP BY at ORDER BY toUInt64(at)`,
      params,
    ),
    engine.query<{ name: string; lines: string; errors: string }>(
      `SELECT ServiceName AS name, toString(count()) AS lines, toString(countIf(SeverityNumber >= 17)) AS errors
       FROM otel_logs WHERE ${where} GROUP BY name ORDER BY count() DESC LIMIT 30`,
      params,
    ),
    engine.query<{ name: string; lines: string }>(
      `SELECT SeverityText AS name, toString(count()) AS lines FROM otel_logs WHERE ${where} GROUP BY name ORDER BY count() DESC LIMIT 12`,
      params,
    ),
    engine.query<{ pattern: string; example: string; lines: string; service: string }>(
      `SELECT Pattern AS pattern, any(substring(Body, 1, 200)) AS example, any(ServiceName) AS service, toString(count()) AS lines
       FROM otel_logs WHERE ${where} GROUP BY pattern ORDER BY count() DESC LIMIT 12`,
      params,
    ),
  ])
  return {
    bucketSeconds,
    buckets: buckets.map(({ at, lines, warnings, errors }) => ({
      atMs: Number(at) * 1_000,
      lines: Number(lines),
      warnings: Number(warnings),
      errors: Number(errors),
    })),
    services: services.map(({ name, lines, errors }) => ({ name, lines: Number(lines), errors: Number(errors) })),
    severities: severities.map(({ name, lines }) => ({ name, lines: Number(lines) })),
    patterns: patterns.map(({ lines, ...rest }) => ({ ...rest, lines: Number(lines) })),
  }
}

export async function listLogServices(engine: Engine): Promise<string[]> {
  const rows = await engine.query<{ service: string }>(
    `SELECT DISTINCT ServiceName AS service FROM otel_logs WHERE TimestampTime > now() - INTERVAL 2 HOUR AND ServiceName != '' ORDER BY service`,
  )
  return rows.map((row) => row.service)
}
