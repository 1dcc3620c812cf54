import { isUtf8 } from 'node:buffer'

/*
 * Rows in ClickHouse's Native format (https://clickhouse.com/docs/interfaces/formats/Native): a block has the values of each column one after
 * another. Of all formats it is the cheapest for the database to read: a sixth of JSON, and half of a row-based format.
 */

/** The values of one column, or of a part of one, as bytes. */
export class Cells {
  #bytes: Buffer
  #length = 0

  constructor(sizeBytes = 4 * 1024) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes)
  }

  get length(): number {
    return this.#length
  }

  /** A view that is valid until more is written. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Removes what was written after it had this length. */
  truncate(length: number): void {
    this.#length = length
  }

  uint8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** Any 64-bit integer, signed or not, as its two halves. */
  uint64(low: number, high: number): void {
    this.#room(8)
    this.#bytes.writeUInt32LE(low >>> 0, this.#length)
    this.#bytes.writeUInt32LE(high >>> 0, this.#length + 4)
    this.#length += 8
  }

  /** LEB128, as in ClickHouse's text lengths. */
  size(value: number): void {
    this.#room(5)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** An unpaired surrogate, such as in a truncated text, becomes U+FFFD. */
  text(value: string): void {
    if (value.length < 64 && this.#ascii(value)) return
    const length = Buffer.byteLength(value)
    this.size(length)
    this.#room(length)
    this.#length += this.#bytes.write(value, this.#length)
  }

  /** A UTF-8 text in `source`; invalid bytes become U+FFFD. */
  textFrom(source: Buffer, start: number, end: number): void {
    if (end - start < 64 && this.#asciiFrom(source, start, end)) return
    const part = source.subarray(start, end)
    if (!isUtf8(part)) return this.text(part.toString('utf8'))
    this.size(part.length)
    this.raw(part)
  }

  /** Bytes as hexadecimal text. */
  hexFrom(source: Buffer, start: number, end: number): void {
    const length = (end - start) * 2
    this.size(length)
    this.#room(length)
    for (let at = start; at < end; at++) {
      const byte = source[at] ?? 0
      this.#bytes[this.#length++] = hexDigits[byte >>> 4] ?? 0
      this.#bytes[this.#length++] = hexDigits[byte & 0xf] ?? 0
    }
  }

  /** Data that is already in this format. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Short plain text, which nearly all is; returns false, and writes nothing, for any other. */
  #ascii(value: string): boolean {
    const { length } = value
    this.#room(length + 1)
    const start = this.#length
    this.#bytes[this.#length++] = length
    for (let at = 0; at < length; at++) {
      const code = value.charCodeAt(at)
      if (code >= 0x80) {
        this.#length = start
        return false
      }
      this.#bytes[this.#length++] = code
    }
    return true
  }

  #asciiFrom(source: Buffer, start: number, end: number): boolean {
    this.#room(end - start + 1)
    const begin = this.#length
    this.#bytes[this.#length++] = end - start
    let seen = 0
    for (let at = start; at < end; at++) {
      const byte = source[at] ?? 0
      seen |= byte
      this.#bytes[this.#length++] = byte
    }
    if (seen < 0x80) return true
    this.#length = begin
    return false
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

const hexDigits = Buffer.from('0123456789abcdef')

/** A column of arrays: the end of each array among the values of all, and those values. */
export class Lists<Values> {
  readonly offsets = new Cells()
  readonly values: Values
  /** Values so far, of all rows. */
  entries = 0

  constructor(values: Values) {
    this.values = values
  }

  /** Ends a row that has this many values. */
  end(count: number): void {
    this.entries += count
    this.offsets.uint64(this.entries, 0)
  }
}

export interface Pairs {
  keys: Cells
  values: Cells
}
/** A column of `Map(String, String)`: arrays of pairs. */
export type Maps = Lists<Pairs>

const isCells = (values: unknown): values is Cells => values instanceof Cells
const isLists = (values: unknown): values is Lists<unknown> => values instanceof Lists

/** All cells of a column, in block order. */
export function* cellsOf(column: unknown): Generator<Cells | Lists<unknown>> {
  if (isCells(column)) yield column
  else if (isLists(column)) {
    yield column
    yield column.offsets
    yield* cellsOf(column.values)
  } else {
    // Safe: besides cells and lists there are only pairs.
    const { keys, values } = column as Pairs
    yield keys
    yield values
  }
}
