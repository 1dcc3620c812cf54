import { useCallback, useEffect, useMemo, useState } from 'react'
import { isKeyOf } from '../../../model/own.ts'
import { changeParams, useParamsOfPage } from './params.ts'

/** The current time in milliseconds, updated each second: for clocks on the page. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** Milliseconds since a moment; zero if it is newer than the clock, which is updated each second. */
export const passedSince = (moment: number, now: number): number => Math.max(0, now - moment)

/** Named ranges, in seconds back from now. */
export const ranges = { '5m': 300, '15m': 900, '1h': 3_600, '6h': 21_600 } as const
export type RangeName = keyof typeof ranges

/** The time range of a graph or a search: the last seconds, or from one moment to another (milliseconds since the epoch). */
export type TimeRange = { last: RangeName } | { from: number; to: number }

/** The bounds of a range at this moment, in milliseconds since the epoch. */
export function bounds(range: TimeRange): { from: number; to: number } {
  if ('from' in range) return range
  const now = Date.now()
  return { from: now - ranges[range.last] * 1_000, to: now }
}

/** Its form in the URL, so that a link shows what its sender sees: `range=15m`, or `from=…&to=…`. */
export function rangeQuery(range: TimeRange): string {
  return 'last' in range ? `range=${range.last}` : `from=${range.from}&to=${range.to}`
}

/** The time range in the URL, and how to change it. */
export function useTimeRange(usual: RangeName = '15m'): [TimeRange, (next: TimeRange) => void] {
  const [params, setParams] = useParamsOfPage()
  const asked = params.get('range') ?? ''
  const [from, to] = [Number(params.get('from')), Number(params.get('to'))]
  const range = useMemo((): TimeRange => {
    if (from > 0 && to > from) return { from, to }
    return { last: isKeyOf(ranges, asked) ? asked : usual }
  }, [asked, from, to, usual])
  const setRange = useCallback(
    (next: TimeRange) =>
      changeParams(setParams, (now) => {
        for (const name of ['range', 'from', 'to']) now.delete(name)
        for (const [name, value] of new URLSearchParams(rangeQuery(next))) now.set(name, value)
      }),
    [setParams],
  )
  return [range, setRange]
}

/** One for all: creating one takes a tenth of a millisecond, and a graph formats hundreds of times. */
const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** A moment in milliseconds since the epoch as local time: `00:05:09`; a dash for none. */
export const clock = (ms: number): string => (Number.isFinite(ms) ? timeOfDay.format(ms) : '–')
