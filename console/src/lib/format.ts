/** A number of seconds in Prometheus's notation: `90` is `1m30s`. */
export function formatDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.round(seconds % 60), 's'],
  ] as const
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('') || '0s'
}

/** Milliseconds as whole minutes: `20 min`. */
export const formatMinutes = (ms: number): string => `${Math.round(ms / 60_000)} min`

/** Microseconds with about three digits: `820 µs`, `4.32 ms`, `233 ms`, `2.42 s`, `3 min 53 s`. */
export function formatMicroseconds(us: number): string {
  if (us < 999.5) return `${Math.round(us)} µs`
  if (us < 999_500) return `${threeDigits(us / 1_000)} ms`
  if (us < 59_950_000) return `${threeDigits(us / 1_000_000)} s`
  const seconds = Math.round(us / 1_000_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

const threeDigits = (value: number): string => value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
