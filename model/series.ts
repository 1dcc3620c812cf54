/** Points of a range query, as Prometheus sends them: seconds since the epoch and a number in words. A quantile of nothing is NaN: a gap, and not a number that would take a whole graph's scale with it. */
export const finitePoints = (values: readonly [number, string][]): [number, number][] =>
  values.map(([at, value]): [number, number] => [at, Number(value)]).filter(([, value]) => Number.isFinite(value))
