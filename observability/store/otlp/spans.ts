import type { Cells, Maps } from '../native.ts'
import type { Batch, SpanColumns } from '../tables.ts'
import { eachResource, nameOf, type Origin, type Scope } from './resources.ts'
import { isNone, isWithin, millisecondsOf, type Reason, type Refusals, type Times, wrongId } from './values.ts'
import { bytes, fieldsOf, fixed64, type Part, part, Reader, varint, writeAttributes, writeText } from './wire.ts'

const kinds = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const statuses = ['Unset', 'Ok', 'Error']

/**
 * Appends the spans of an ExportTraceServiceRequest as rows of `otel_traces`. An invalid span is left out and reported, and its neighbours are kept.
 * Throws RangeError or Error if the request is not valid protobuf: then the caller removes the rows.
 */
export function writeSpans(source: Buffer, batch: Batch<'otel_traces'>, times: Times, refusals: Refusals): void {
  const reader = Reader.create(source)
  eachResource(reader, source, batch, refusals, ({ origin, scopes }, own) => {
    for (const { scope, records } of scopes)
      for (const record of records) {
        const wrong = writeSpan(reader, source, record, origin, scope, batch.columns, times)
        if (wrong === null) batch.rows++
        else own.add(nameOf(origin), wrong.reason, wrong.message)
      }
  })
}

export function writeResource({ keys, values, count }: Origin, maps: Maps): void {
  maps.values.keys.raw(keys)
  maps.values.values.raw(values)
  maps.end(count)
}

interface Wrong {
  reason: Reason
  message: string
}

/** Writes one span; returns null, or what is wrong with it, in which case nothing was written. */
function writeSpan(
  reader: Reader,
  source: Buffer,
  span: Part,
  origin: Origin,
  scope: Scope,
  columns: SpanColumns,
  times: Times,
): Wrong | null {
  let traceId: Part | null = null
  let spanId: Part | null = null
  let parentSpanId: Part | null = null
  let traceState: Part | null = null
  let name: Part | null = null
  let status: Part | null = null
  let kind = 0
  let startLow = 0
  let startHigh = 0
  let endLow = 0
  let endHigh = 0
  const attributes: Part[] = []
  const events: Part[] = []
  const links: Part[] = []
  reader.pos = span.start
  while (reader.pos < span.end) {
    const tag = reader.uint32()
    if (tag === bytes(9)) attributes.push(part(reader))
    else if (tag === bytes(1)) traceId = part(reader)
    else if (tag === bytes(2)) spanId = part(reader)
    else if (tag === bytes(4)) parentSpanId = part(reader)
    else if (tag === bytes(5)) name = part(reader)
    else if (tag === varint(6)) kind = reader.int32()
    else if (tag === fixed64(7)) [startLow, startHigh] = [reader.fixed32(), reader.fixed32()]
    else if (tag === fixed64(8)) [endLow, endHigh] = [reader.fixed32(), reader.fixed32()]
    else if (tag === bytes(11)) events.push(part(reader))
    else if (tag === bytes(13)) links.push(part(reader))
    else if (tag === bytes(15)) status = part(reader)
    else if (tag === bytes(3)) traceState = part(reader)
    else reader.skipType(tag & 7)
  }
  if (reader.pos !== span.end) throw new RangeError('a span reaches beyond its end')

  const wrong = wrongId(source, traceId, 16, 'traceId') ?? wrongId(source, spanId, 8, 'spanId') ?? wrongParent(source, parentSpanId)
  if (wrong !== null) return { reason: 'id', message: wrong }
  const startMs = millisecondsOf(startLow, startHigh)
  if (!isWithin(times, startMs)) return { reason: 'time', message: notATime('startTimeUnixNano', startLow, startHigh, times) }
  // A clock that was set back, or a missing end: the duration is zero.
  const endMs = millisecondsOf(endLow, endHigh)
  const backwards = endHigh >>> 0 < startHigh >>> 0 || (endHigh === startHigh && endLow >>> 0 < startLow >>> 0)
  const ended = !backwards && isWithin(times, endMs)

  columns.Timestamp.uint64(startLow, startHigh)
  writeId(source, traceId, columns.TraceId)
  writeId(source, spanId, columns.SpanId)
  writeId(source, isNone(source, parentSpanId) ? null : parentSpanId, columns.ParentSpanId)
  writeText(source, traceState, columns.TraceState)
  writeText(source, name, columns.SpanName)
  columns.SpanKind.text(kinds[kind] ?? 'Unspecified')
  columns.ServiceName.raw(origin.service)
  writeResource(origin, columns.ResourceAttributes)
  writeText(source, scope.name, columns.ScopeName)
  writeText(source, scope.version, columns.ScopeVersion)
  writeAttributes(reader, source, attributes, columns.SpanAttributes)
  const borrow = endLow >>> 0 < startLow >>> 0 ? 1 : 0
  if (ended) columns.Duration.uint64(endLow - startLow, endHigh - startHigh - borrow)
  else columns.Duration.uint64(0, 0)
  writeStatus(reader, source, status, columns)
  writeEvents(reader, source, events, columns, startLow, startHigh, times)
  writeLinks(reader, source, links, columns)
  return null
}

const wrongParent = (source: Buffer, id: Part | null): string | null => (isNone(source, id) ? null : wrongId(source, id, 8, 'parentSpanId'))

function notATime(field: string, low: number, high: number, { nowMs, oldestMs, newestMs }: Times): string {
  const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  const hours = (ms: number) => Math.round(Math.abs(nowMs - ms) / 3_600_000)
  return `${field} ${value} is no time within the last ${hours(oldestMs)} or the next ${hours(newestMs)} hours; it counts nanoseconds since 1970`
}

export function writeId(source: Buffer, id: Part | null, cells: Cells): void {
  if (id === null) cells.size(0)
  else cells.hexFrom(source, id.start, id.end)
}

function writeStatus(reader: Reader, source: Buffer, status: Part | null, columns: SpanColumns): void {
  let message: Part | null = null
  let code = 0
  if (status)
    fieldsOf(reader, status, (tag) => {
      if (tag === bytes(2)) message = part(reader)
      else if (tag === varint(3)) code = reader.int32()
      else return false
      return true
    })
  columns.StatusCode.text(statuses[code] ?? 'Unset')
  writeText(source, message, columns.StatusMessage)
}

function writeEvents(
  reader: Reader,
  source: Buffer,
  events: readonly Part[],
  columns: SpanColumns,
  startLow: number,
  startHigh: number,
  times: Times,
): void {
  const { 'Events.Timestamp': timestamps, 'Events.Name': names, 'Events.Attributes': maps } = columns
  const read = events.map((event) => {
    const found = { low: 0, high: 0, name: null as Part | null, attributes: [] as Part[] }
    fieldsOf(reader, event, (tag) => {
      if (tag === fixed64(1)) [found.low, found.high] = [reader.fixed32(), reader.fixed32()]
      else if (tag === bytes(2)) found.name = part(reader)
      else if (tag === bytes(3)) found.attributes.push(part(reader))
      else return false
      return true
    })
    return found
  })
  for (const { low, high, name, attributes } of read) {
    // An event without a time gets the start of its span.
    if (isWithin(times, millisecondsOf(low, high))) timestamps.values.uint64(low, high)
    else timestamps.values.uint64(startLow, startHigh)
    writeText(source, name, names.values)
    writeAttributes(reader, source, attributes, maps.values)
  }
  for (const column of [timestamps, names, maps]) column.end(read.length)
}

/** A link with an invalid trace id is left out. */
function writeLinks(reader: Reader, source: Buffer, links: readonly Part[], columns: SpanColumns): void {
  const read = links
    .map((link) => {
      const found = { traceId: null as Part | null, spanId: null as Part | null, state: null as Part | null, attributes: [] as Part[] }
      fieldsOf(reader, link, (tag) => {
        if (tag === bytes(1)) found.traceId = part(reader)
        else if (tag === bytes(2)) found.spanId = part(reader)
        else if (tag === bytes(3)) found.state = part(reader)
        else if (tag === bytes(4)) found.attributes.push(part(reader))
        else return false
        return true
      })
      return found
    })
    .filter(({ traceId, spanId }) => wrongId(source, traceId, 16, '') === null && wrongId(source, spanId, 8, '') === null)
  const { 'Links.TraceId': traceIds, 'Links.SpanId': spanIds, 'Links.TraceState': states, 'Links.Attributes': maps } = columns
  for (const { traceId, spanId, state, attributes } of read) {
    writeId(source, traceId, traceIds.values)
    writeId(source, spanId, spanIds.values)
    writeText(source, state, states.values)
    writeAttributes(reader, source, attributes, maps.values)
  }
  for (const column of [traceIds, spanIds, states, maps]) column.end(read.length)
}
