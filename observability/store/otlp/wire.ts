import { Reader } from 'protobufjs/minimal.js'
import type { Cells, Maps, Pairs } from '../native.ts'

/*
 * OTLP 1.x as protobuf (opentelemetry-proto: trace/v1, logs/v1, common/v1, resource/v1), parsed in place: most of a span is text that goes to the
 * database unchanged, so converting it to strings and objects would cost several times as much as everything else.
 */

export { Reader }

/** A part of the request: its start and end. */
export interface Part {
  start: number
  end: number
}

/** The tag of a field: its number, and how its value is written (protobuf.dev/programming-guides/encoding). */
export const varint = (field: number): number => field << 3
export const fixed64 = (field: number): number => (field << 3) | 1
export const bytes = (field: number): number => (field << 3) | 2
export const fixed32 = (field: number): number => (field << 3) | 5

/** Maximum nesting of values; deeper ones are cut off, because only an attack on the stack has more. */
const deepest = 32

/** Reads the length of a nested field and moves the reader past it. */
export function part(reader: Reader): Part {
  const length = reader.uint32()
  const start = reader.pos
  const end = start + length
  if (end > reader.len) throw new RangeError(`a field of ${length} bytes reaches beyond the end of the request`)
  reader.pos = end
  return { start, end }
}

/** Calls `field` with each tag within a part; it reads the value and returns true, or returns false to skip it. */
export function fieldsOf(reader: Reader, { start, end }: Part, field: (tag: number) => boolean): void {
  const before = reader.pos
  reader.pos = start
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!field(tag)) reader.skipType(tag & 7)
  }
  if (reader.pos !== end) throw new RangeError('a field reaches beyond the end of its message')
  reader.pos = before
}

/** Writes the attributes of a row as a map of text, as the Collector does. */
export function writeAttributes(reader: Reader, source: Buffer, attributes: readonly Part[], maps: Maps): void {
  writePairs(reader, source, attributes, maps.values)
  maps.end(attributes.length)
}

/** Writes keys and values. Most of the work of a request is here: no closures, no objects. */
export function writePairs(reader: Reader, source: Buffer, attributes: readonly Part[], { keys, values }: Pairs): void {
  const before = reader.pos
  for (const { start, end } of attributes) {
    let keyStart = 0
    let keyEnd = 0
    let valueStart = 0
    let valueEnd = 0
    reader.pos = start
    while (reader.pos < end) {
      const tag = reader.uint32()
      if (tag !== bytes(1) && tag !== bytes(2)) {
        reader.skipType(tag & 7)
        continue
      }
      const length = reader.uint32()
      if (tag === bytes(1)) {
        keyStart = reader.pos
        keyEnd = keyStart + length
      } else {
        valueStart = reader.pos
        valueEnd = valueStart + length
      }
      reader.pos += length
    }
    if (reader.pos !== end) throw new RangeError('an attribute reaches beyond its end')
    keys.textFrom(source, keyStart, keyEnd)
    writeValue(reader, source, valueStart, valueEnd, values)
  }
  reader.pos = before
}

export function writeText(source: Buffer, text: Part | null, cells: Cells): void {
  if (text === null) cells.size(0)
  else cells.textFrom(source, text.start, text.end)
}

/** Writes the text of an AnyValue like the Collector (`pcommon.Value.AsString`). */
export function writeValue(reader: Reader, source: Buffer, start: number, end: number, cells: Cells): void {
  if (start === end) return cells.size(0)
  const before = reader.pos
  // Nearly always text: a tag, a length, and nothing else.
  if (source[start] === bytes(1)) {
    reader.pos = start + 1
    const length = reader.uint32()
    if (reader.pos + length === end) {
      cells.textFrom(source, reader.pos, end)
      reader.pos = before
      return
    }
    reader.pos = before
  }
  const plain = plainValue(reader, source, { start, end }, 0)
  cells.text(
    typeof plain === 'string'
      ? plain
      : JSON.stringify(plain, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner)),
  )
}

type Plain = string | number | bigint | boolean | null | Plain[] | { [key: string]: Plain }

function plainValue(reader: Reader, source: Buffer, value: Part, depth: number): Plain {
  if (depth > deepest) return '…'
  let plain: Plain = ''
  fieldsOf(reader, value, (tag) => {
    if (tag === bytes(1)) plain = textOf(source, part(reader))
    else if (tag === varint(2)) plain = reader.bool()
    else if (tag === varint(3)) plain = integer(String(reader.int64()))
    else if (tag === fixed64(4)) plain = double(reader.double())
    else if (tag === bytes(5)) plain = list(reader, source, part(reader), depth)
    else if (tag === bytes(6)) plain = record(reader, source, part(reader), depth)
    else if (tag === bytes(7)) {
      const { start, end } = part(reader)
      plain = source.toString('base64', start, end)
    } else return false
    return true
  })
  return depth === 0 && typeof plain === 'bigint' ? String(plain) : plain
}

const textOf = (source: Buffer, { start, end }: Part): string => source.toString('utf8', start, end)
const integer = (text: string): number | bigint => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))
const double = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

function list(reader: Reader, source: Buffer, values: Part, depth: number): Plain[] {
  const plain: Plain[] = []
  fieldsOf(reader, values, (tag) => {
    if (tag !== bytes(1)) return false
    plain.push(plainValue(reader, source, part(reader), depth + 1))
    return true
  })
  return plain
}

function record(reader: Reader, source: Buffer, values: Part, depth: number): { [key: string]: Plain } {
  const pairs: [string, Plain][] = []
  fieldsOf(reader, values, (tag) => {
    if (tag !== bytes(1)) return false
    let key = ''
    let value: Plain = null
    fieldsOf(reader, part(reader), (inner) => {
      if (inner === bytes(1)) key = textOf(source, part(reader))
      else if (inner === bytes(2)) value = plainValue(reader, source, part(reader), depth + 1)
      else return false
      return true
    })
    pairs.push([key, value])
    return true
  })
  return Object.fromEntries(pairs)
}
