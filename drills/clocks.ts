import type { ClockReading } from '../model/range.ts'

/** A header has whole seconds, and takes a moment to arrive. */
const toleratedSeconds = 3

/** Whether a clock is further off than the reading of it may be. */
export const isWrong = ({ offsetSeconds }: ClockReading): boolean => offsetSeconds !== null && Math.abs(offsetSeconds) > toleratedSeconds

/** `300 s behind`, or `right`. */
export function offsetInWords(reading: ClockReading): string {
  const { offsetSeconds } = reading
  if (offsetSeconds === null) return 'no answer'
  if (!isWrong(reading)) return 'right'
  return `${Math.abs(offsetSeconds)} s ${offsetSeconds < 0 ? 'behind' : 'ahead'}`
}
