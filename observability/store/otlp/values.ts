import type { Cells } from '../native.ts'
import type { Part } from './wire.ts'

/** Why a record is rejected: an invalid id, an invalid time, or invalid OTLP. */
export type Reason = 'id' | 'time' | 'malformed'

/** Rejected records of one service, by reason. */
interface Refusal {
  service: string
  reason: Reason
  /** Details of the first of them. */
  message: string
  records: number
}

const mostRefused = 100_000

/** Only an attack would have so many invalid records: the request is refused as a whole. */
export class TooManyRefused extends RangeError {
  constructor(first: string) {
    super(`more than ${mostRefused} of its records are wrong, so none is kept; the first: ${first}`)
  }
}

/** The rejected records of a request, by service and reason. */
export class Refusals {
  /** Records in all. */
  count = 0
  readonly #refusals = new Map<string, Refusal>()

  /** Why the first record was rejected; null if none was. */
  get message(): string {
    const [first] = this.#refusals.values()
    return first?.message ?? ''
  }

  /** Throws TooManyRefused. */
  add(service: string, reason: Reason, message: string, records = 1): void {
    this.count += records
    if (this.count > mostRefused) throw new TooManyRefused(this.message || message)
    const key = `${reason} ${service}`
    const known = this.#refusals.get(key)
    if (known) known.records += records
    else this.#refusals.set(key, { service, reason, message, records })
  }

  merge(others: Refusals): void {
    for (const { service, reason, message, records } of others) this.add(service, reason, message, records)
  }

  [Symbol.iterator](): Iterator<Refusal> {
    return this.#refusals.values()
  }
}

const longestMessage = 500

/** A message without control characters, and short enough to read. */
export function printable(message: string): string {
  const shown = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message
  return shown.replaceAll(/[\p{C}\ufffd]/gu, '·')
}

/** The times that the store accepts, in milliseconds since the epoch: others were sent in another unit, or by a broken clock. */
export interface Times {
  nowMs: number
  oldestMs: number
  newestMs: number
}

const dayMs = 86_400_000

/** A day into the future, for clocks that are ahead, and the retention, but at least a day, into the past. */
export const timesAt = (nowMs: number, keptMs = dayMs): Times => ({
  nowMs,
  oldestMs: nowMs - Math.max(dayMs, keptMs),
  newestMs: nowMs + dayMs,
})

const high = 2 ** 32

/** A fixed64 of nanoseconds, as its two halves, in milliseconds. */
export const millisecondsOf = (low: number, upper: number): number => ((upper >>> 0) * high + (low >>> 0)) / 1e6

export const isWithin = ({ oldestMs, newestMs }: Times, ms: number): boolean => ms >= oldestMs && ms <= newestMs

/** Writes a time in milliseconds as the nanoseconds of a DateTime64(9). */
export function writeMilliseconds(ms: number, cells: Cells): void {
  const nanoseconds = BigInt(Math.round(ms * 1_000)) * 1_000n
  cells.uint64(Number(nanoseconds & 0xffffffffn), Number(nanoseconds >> 32n))
}

/** Whether an id means none: it is missing, or all zeros (W3C Trace Context, and OTLP). */
export function isNone(source: Buffer, id: Part | null): boolean {
  if (id === null) return true
  for (let at = id.start; at < id.end; at++) if (source[at] !== 0) return false
  return true
}

/** What is wrong with an id; null if it has this many bytes. */
export function wrongId(source: Buffer, id: Part | null, size: number, name: string): string | null {
  const length = id === null ? 0 : id.end - id.start
  if (id !== null && length === size) return isNone(source, id) ? `${name} is all zeros, which means that there is none` : null
  return length === 0
    ? `${name} is missing`
    : `${name} has ${length} bytes, not ${size}${id && length === size * 2 ? ' (hexadecimal text in a field of bytes?)' : ''}`
}
