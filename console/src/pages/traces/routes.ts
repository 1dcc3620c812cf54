import type { TraceSummary } from '../../../../model/telemetry.ts'

/** The traces found for one kind of request. */
export interface Route {
  service: string
  name: string
  traces: number
  errors: number
  /** Milliseconds. */
  p50: number
  p95: number
}

/** By kind of request, the one with most time first. */
export function routesOf(traces: readonly TraceSummary[]): Route[] {
  return [...Map.groupBy(traces, ({ rootService, rootName }) => `${rootService}\n${rootName}`).values()]
    .map((those): Route & { total: number } => {
      const sorted = those.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b)
      const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
      return {
        service: those[0]?.rootService ?? '',
        name: those[0]?.rootName ?? '',
        traces: those.length,
        errors: those.filter(({ errors }) => errors > 0).length,
        p50: quantile(0.5),
        p95: quantile(0.95),
        total: sorted.reduce((sum, each) => sum + each, 0),
      }
    })
    .toSorted((a, b) => b.total - a.total)
    .map(({ total: _total, ...route }) => route)
}

/** Bounds of a logarithmic axis around these durations, in whole powers of ten, and its lines. */
export function durationAxis(durationsMs: readonly number[]): { low: number; high: number; lines: number[] } {
  const positive = durationsMs.filter((each) => each > 0)
  const least = positive.reduce((a, b) => Math.min(a, b), Infinity)
  const most = positive.reduce((a, b) => Math.max(a, b), 0)
  const low = positive.length === 0 ? 0 : Math.floor(Math.log10(least))
  const high = Math.max(low + 1, positive.length === 0 ? 1 : Math.ceil(Math.log10(most)))
  return { low, high, lines: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) }
}
