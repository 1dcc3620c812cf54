import { isRecord, jsonOrNull } from '../../../model/json.ts'
import type { LogFormat } from '../../../model/log-format.ts'
import type { LogEntry } from '../otlp/logs.ts'

/** Parses one line of a component's log into a row; null for lines without information. */
type LineParser = (line: string, service: string) => LogEntry | null

/** Numbers of the OpenTelemetry log data model. */
const severityNumbers: Record<string, number> = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 }

const severityNames = new Map(
  Object.entries({
    trace: 'TRACE',
    debug: 'DEBUG',
    debug1: 'DEBUG',
    info: 'INFO',
    log: 'INFO',
    notice: 'INFO',
    statement: 'INFO',
    detail: 'INFO',
    warn: 'WARN',
    warning: 'WARN',
    error: 'ERROR',
    err: 'ERROR',
    fatal: 'FATAL',
    panic: 'FATAL',
    critical: 'FATAL',
  }),
)

/** What `addSqlCommenterCommentToQueries` appends to a statement (google/sqlcommenter). */
const traceComment = /traceparent='00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}'/

/** Maximum length of one line: longer ones are truncated, with a note. */
const longestBody = 64 * 1024
const longestAttribute = 4_000
/** The last second that the store can hold: TimestampTime is a DateTime. */
const lastTimeMs = 0xffff_ffff * 1_000

/** Parses one line in its format; as plain text if it is unexpected in any way. */
export function parseLine(format: LogFormat, line: string, service: string): LogEntry | null {
  // A file that was truncated while it was written begins with zeros.
  const text = line.replace(/^\0+/, '').replace(/\r$/, '')
  try {
    return parsers[format](text, service)
  } catch {
    return plain(text, service)
  }
}

const parsers: Record<LogFormat, LineParser> = {
  /** A failed request or a refused connection, as JSON; otherwise the proxy's own message. */
  envoy(line, service) {
    const record = parseObject(line)
    if (!record) return plain(line.replace(/^\[[^\]]*\]\[\d+\]/, ''), service)
    const { time, traceparent, ...rest } = record
    const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})/.exec(asText(traceparent)) ?? []
    const failed = Number(rest['status'] ?? 0) >= 500
    if (rest['method'] !== undefined && rest['method'] !== null) {
      const { method, path: url, status, flags } = rest
      const message = `${asText(method)} ${asText(url)} ${asText(status)} ${asText(flags)}`
      return entry(service, time, failed ? 'error' : 'warn', message, rest, traceId, spanId)
    }
    // A connection that ended normally is not worth a line.
    if (!rest['failure'] && !rest['details']) return null
    return entry(service, time, 'warn', `connection refused: ${asText(rest['failure'] ?? rest['details'])}`, rest)
  },
  pino(line, service) {
    const record = parseObject(line)
    if (!record) return plain(line, service)
    const { level, time, message, trace_id: traceId, span_id: spanId, service: named, pid: _pid, hostname: _hostname, ...rest } = record
    return entry(asText(named) || service, time, level, message, rest, asText(traceId), asText(spanId))
  },
  postgres(line, service) {
    const record = parseObject(line)
    if (!record) return null
    const { timestamp, error_severity: severity, message, ...rest } = record
    const context = traceComment.exec(`${asText(message)} ${asText(rest['statement'])}`)
    return entry(
      service,
      asText(timestamp)
        .replace(/ (?:UTC|GMT)$/, 'Z')
        .replace(' ', 'T'),
      severity,
      message,
      rest,
      context?.[1],
      context?.[2],
    )
  },
  rabbitmq(line, service) {
    const record = parseObject(line)
    if (!record) return null
    const { time, level, msg, ...rest } = record
    return entry(
      service,
      asText(time)
        .replace(' ', 'T')
        .replace(/\+00:00$/, 'Z'),
      level,
      msg,
      rest,
    )
  },
  /** `1234:M 24 Nov 2026 02:00:00.000 * Ready to accept connections` */
  redis(line, service) {
    const match = /^\d+:([XCSM]) (\d+ \w+ \d+ [\d:.]+) ([.\-*#]) (.*)$/.exec(line)
    if (!match) return null
    const levels: Record<string, string> = { '.': 'debug', '-': 'info', '*': 'info', '#': 'warning' }
    return entry(service, `${match[2]} UTC`, levels[match[3] ?? '*'], match[4], { role: match[1] ?? '' })
  },
  logfmt(line, service) {
    // A key is searched only at the start of a word: otherwise a long word without one would be scanned once for each of its letters.
    const pairs = [...line.matchAll(/(?<![\w.])([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)/g)]
    if (pairs.length === 0) return plain(line, service)
    const fields = Object.fromEntries(pairs.map(([, key, value = '']) => [key, value.startsWith('"') ? unquote(value) : value]))
    const { ts, time, level, msg, ...rest } = fields
    return entry(service, ts ?? time, level, msg ?? line, rest)
  },
  plain,
}

function plain(line: string, service: string): LogEntry | null {
  const text = line.trim()
  if (text === '') return null
  const level = /\b(error|exception|traceback|fatal)\b/i.test(text) ? 'error' : /\bwarn(ing)?\b/i.test(text) ? 'warn' : 'info'
  return entry(service, undefined, level, text, {})
}

function entry(
  service: string,
  time: unknown,
  level: unknown,
  message: unknown,
  attributes: Record<string, unknown>,
  traceId = '',
  spanId = '',
): LogEntry {
  const parsed = typeof time === 'string' ? Date.parse(time) : Number.NaN
  const severityText = severityNames.get(asText(level).toLowerCase()) ?? 'INFO'
  const isLinked = /^[0-9a-f]{32}$/.test(traceId) && !/^0+$/.test(traceId)
  return {
    timeMs: parsed >= 0 && parsed <= lastTimeMs ? parsed : Date.now(),
    traceId: isLinked ? traceId : '',
    spanId: isLinked && /^[0-9a-f]{16}$/.test(spanId) && !/^0+$/.test(spanId) ? spanId : '',
    severityText,
    severityNumber: severityNumbers[severityText] ?? 9,
    service,
    body: cut(asText(message), longestBody),
    attributes: Object.fromEntries(
      Object.entries(attributes)
        .filter(([, value]) => value !== undefined && value !== null && value !== '')
        .map(([key, value]) => [key, cut(asText(value), longestAttribute)]),
    ),
  }
}

/** Never splits a surrogate pair. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const kept = text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
  return `${kept}… (${text.length - kept.length} more characters were cut)`
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text.slice(1, -1)
  }
}

function parseObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  const found = jsonOrNull(line)
  return isRecord(found) ? found : null
}
