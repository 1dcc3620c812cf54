import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'

/** The time now, in milliseconds, renewed each second: for clocks on the page. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

export const ranges = { '5m': 300, '15m': 900, '1h': 3_600, '6h': 21_600 } as const
export type RangeName = keyof typeof ranges

/** The time range in the URL: how many seconds back from now. */
export function useTimeRange(): [RangeName, (name: RangeName) => void] {
  const [params, setParams] = useSearchParams()
  const asked = params.get('range') ?? ''
  const name = asked in ranges ? (asked as RangeName) : '15m'
  return [
    name,
    (next) =>
      setParams(
        (before) => {
          before.set('range', next)
          return before
        },
        { replace: true },
      ),
  ]
}

export const clock = (ms: number): string => new Date(ms).toLocaleTimeString([], { hour12: false })

export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
