import type { Batch } from '../tables.ts'
import { eachResource } from './resources.ts'
import { writeId, writeResource } from './spans.ts'
import { isWithin, millisecondsOf, type Refusals, type Times, writeMilliseconds, wrongId } from './values.ts'
import { bytes, fieldsOf, fixed32, fixed64, type Part, part, Reader, varint, writeAttributes, writeText, writeValue } from './wire.ts'

/** A parsed line of a component's log. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  timeMs: number
  /** 32 hexadecimal digits, or nothing. */
  traceId: string
  /** 16 hexadecimal digits, or nothing. */
  spanId: string
  severityText: string
  /** 1 to 24, as OpenTelemetry's log data model has it. */
  severityNumber: number
  service: string
  body: string
  attributes: Record<string, string>
}

/** Appends a line as a row of `otel_logs`. */
export function writeLogEntry(entry: LogEntry, batch: Batch<'otel_logs'>): void {
  const { columns } = batch
  writeMilliseconds(entry.timeMs, columns.Timestamp)
  columns.TraceId.text(entry.traceId)
  columns.SpanId.text(entry.spanId)
  columns.TraceFlags.uint8(0)
  columns.SeverityText.text(entry.severityText)
  columns.SeverityNumber.uint8(entry.severityNumber)
  columns.ServiceName.text(entry.service)
  columns.Body.text(entry.body)
  columns.ResourceSchemaUrl.size(0)
  columns.ResourceAttributes.values.keys.text('service.name')
  columns.ResourceAttributes.values.values.text(entry.service)
  columns.ResourceAttributes.end(1)
  columns.ScopeSchemaUrl.size(0)
  columns.ScopeName.size(0)
  columns.ScopeVersion.size(0)
  columns.ScopeAttributes.end(0)
  const attributes = Object.entries(entry.attributes)
  for (const [key, value] of attributes) {
    columns.LogAttributes.values.keys.text(key)
    columns.LogAttributes.values.values.text(value)
  }
  columns.LogAttributes.end(attributes.length)
  batch.rows++
}

/**
 * Appends the records of an ExportLogsServiceRequest as rows of `otel_logs`. All are kept, with invalid fields corrected: a line with its time of
 * arrival is better than none. Throws RangeError or Error if the request is not valid protobuf.
 */
export function writeLogs(source: Buffer, batch: Batch<'otel_logs'>, times: Times, refusals: Refusals): void {
  const { columns } = batch
  const reader = Reader.create(source)
  eachResource(reader, source, batch, refusals, ({ origin, scopes, schemaUrl }) => {
    for (const { scope, records, schemaUrl: scopeSchemaUrl } of scopes)
      for (const record of records) {
        const { time, traceId, spanId, flags, severityText, severityNumber, body, attributes } = readRecord(reader, record, times)
        const linked = wrongId(source, traceId, 16, '') === null
        if (time === null) writeMilliseconds(times.nowMs, columns.Timestamp)
        else columns.Timestamp.uint64(time[0], time[1])
        writeId(source, linked ? traceId : null, columns.TraceId)
        writeId(source, linked && wrongId(source, spanId, 8, '') === null ? spanId : null, columns.SpanId)
        columns.TraceFlags.uint8(flags & 0xff)
        writeText(source, severityText, columns.SeverityText)
        columns.SeverityNumber.uint8(severityNumber)
        columns.ServiceName.raw(origin.service)
        if (body === null) columns.Body.size(0)
        else writeValue(reader, source, body.start, body.end, columns.Body)
        writeText(source, schemaUrl, columns.ResourceSchemaUrl)
        writeResource(origin, columns.ResourceAttributes)
        writeText(source, scopeSchemaUrl, columns.ScopeSchemaUrl)
        writeText(source, scope.name, columns.ScopeName)
        writeText(source, scope.version, columns.ScopeVersion)
        writeAttributes(reader, source, scope.attributes, columns.ScopeAttributes)
        writeAttributes(reader, source, attributes, columns.LogAttributes)
        batch.rows++
      }
  })
}

interface LogRecord {
  /** The two halves of its time; null if it has no valid one. */
  time: [number, number] | null
  traceId: Part | null
  spanId: Part | null
  flags: number
  severityText: Part | null
  severityNumber: number
  body: Part | null
  attributes: Part[]
}

function readRecord(reader: Reader, within: Part, times: Times): LogRecord {
  const record: LogRecord = {
    time: null,
    traceId: null,
    spanId: null,
    flags: 0,
    severityText: null,
    severityNumber: 0,
    body: null,
    attributes: [],
  }
  let own: [number, number] = [0, 0]
  let observed: [number, number] = [0, 0]
  fieldsOf(reader, within, (tag) => {
    if (tag === fixed64(1)) own = [reader.fixed32(), reader.fixed32()]
    else if (tag === fixed64(11)) observed = [reader.fixed32(), reader.fixed32()]
    else if (tag === varint(2)) record.severityNumber = reader.int32()
    else if (tag === bytes(3)) record.severityText = part(reader)
    else if (tag === bytes(5)) record.body = part(reader)
    else if (tag === bytes(6)) record.attributes.push(part(reader))
    else if (tag === fixed32(8)) record.flags = reader.fixed32()
    else if (tag === bytes(9)) record.traceId = part(reader)
    else if (tag === bytes(10)) record.spanId = part(reader)
    else return false
    return true
  })
  record.time = [own, observed].find(([low, high]) => isWithin(times, millisecondsOf(low, high))) ?? null
  // The data model has 1 to 24, and 0 for none.
  if (!(record.severityNumber >= 0 && record.severityNumber <= 24)) record.severityNumber = 0
  return record
}
