/** An exemplar: a request that a histogram counted, and its trace. */
export interface Exemplar {
  traceId: string
  /** In the histogram's unit. */
  value: number
  /** Seconds since the epoch. */
  at: number
  /** Labels of the series that counted it. */
  labels: Record<string, string>
}

/**
 * Divides the time from `start` to `end` (seconds since the epoch) into slices, and returns the exemplar with the highest value in each, in order of
 * time.
 */
export function highestOfEachSlice(exemplars: readonly Exemplar[], start: number, end: number, slices: number): Exemplar[] {
  const highest = new Map<number, Exemplar>()
  for (const exemplar of exemplars) {
    if (exemplar.at < start || exemplar.at > end) continue
    const slice = Math.min(slices - 1, Math.floor(((exemplar.at - start) / (end - start)) * slices))
    const known = highest.get(slice)
    if (!known || exemplar.value > known.value) highest.set(slice, exemplar)
  }
  return [...highest.values()].toSorted((a, b) => a.at - b.at)
}
