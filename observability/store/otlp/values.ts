import type { Cells } from '../native.ts'
import type { Part } from './wire.ts'

/** What of a request was not kept, and why the first of it was not. */
export interface Refused {
  count: number
  reason: string
}

/** The span of time that the store keeps, in milliseconds since the epoch: what is far outside was sent in another unit, or by a broken clock. */
export interface Times {
  nowMs: number
  oldestMs: number
  newestMs: number
}

const dayMs = 86_400_000

/** A day into the future for clocks that are off, and what is kept, but at least a day, into the past. */
export const timesAt = (nowMs: number, keptMs = dayMs): Times => ({
  nowMs,
  oldestMs: nowMs - Math.max(dayMs, keptMs),
  newestMs: nowMs + dayMs,
})

const high = 2 ** 32

/** A fixed64 of nanoseconds, by its two halves, in milliseconds. */
export const millisecondsOf = (low: number, upper: number): number => ((upper >>> 0) * high + (low >>> 0)) / 1e6

export const isWithin = ({ oldestMs, newestMs }: Times, ms: number): boolean => ms >= oldestMs && ms <= newestMs

/** Writes a time in milliseconds as the nanoseconds of a DateTime64(9). */
export function writeMilliseconds(ms: number, cells: Cells): void {
  const nanoseconds = BigInt(Math.round(ms * 1_000)) * 1_000n
  cells.uint64(Number(nanoseconds & 0xffffffffn), Number(nanoseconds >> 32n))
}

/** Whether an id says that there is none: it is left out, or all zeros (W3C Trace Context, and OTLP). */
export function isNone(source: Buffer, id: Part | null): boolean {
  if (id === null) return true
  for (let at = id.start; at < id.end; at++) if (source[at] !== 0) return false
  return true
}

/** What is wrong with an id; null when it is one of that many bytes. */
export function wrongId(source: Buffer, id: Part | null, size: number, name: string): string | null {
  const length = id === null ? 0 : id.end - id.start
  if (id !== null && length === size) return isNone(source, id) ? `${name} is all zeros, which means that there is none` : null
  return length === 0
    ? `${name} is missing`
    : `${name} has ${length} bytes, not ${size}${id && length === size * 2 ? ' (hexadecimal text in a field of bytes?)' : ''}`
}
