import type { Engine, SqlValue } from '../engine/engine.ts'

export interface LogSearch {
  /** Every word must be in the message, in any case. */
  text?: string | undefined
  services?: string[] | undefined
  /** Least severity: 9 info, 13 warning, 17 error. */
  minSeverity?: number | undefined
  traceId?: string | undefined
  spanId?: string | undefined
  fromMs: number
  toMs: number
  limit: number
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

/** Log lines that fit, newest first. */
export async function searchLogs(engine: Engine, search: LogSearch): Promise<LogLine[]> {
  const conditions = ['TimestampTime >= toDateTime({fromS:Int64})', 'TimestampTime <= toDateTime({toS:Int64})']
  const params: Record<string, SqlValue> = {
    fromS: Math.floor(search.fromMs / 1_000),
    toS: Math.ceil(search.toMs / 1_000),
    limit: search.limit,
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
  const words = (search.text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 10)
  words.forEach((word, index) => {
    conditions.push(`positionCaseInsensitiveUTF8(Body, {word${index}:String}) > 0`)
    params[`word${index}`] = word
  })
  const rows = await engine.query<Omit<LogLine, 'timeMs'> & { timeMs: string }>(
    `SELECT toString(toUnixTimestamp64Milli(Timestamp)) AS timeMs, ServiceName AS service, SeverityText AS severity, Body AS body,
       TraceId AS traceId, SpanId AS spanId, LogAttributes AS attributes
     FROM otel_logs WHERE ${conditions.join(' AND ')} ORDER BY TimestampTime DESC, Timestamp DESC LIMIT {limit:UInt32}`,
    params,
  )
  return rows.map((row) => ({ ...row, timeMs: Number(row.timeMs) }))
}

export async function listLogServices(engine: Engine): Promise<string[]> {
  const rows = await engine.query<{ service: string }>(
    `SELECT DISTINCT ServiceName AS service FROM otel_logs WHERE TimestampTime > now() - INTERVAL 2 HOUR ORDER BY service`,
  )
  return rows.map((row) => row.service)
}
