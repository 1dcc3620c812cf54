/** Points of a range query, as Prometheus sends them: seconds since the epoch and a number in words. A quantile of nothing is NaN: a gap, and not a number that would take a whole graph's scale with it. */
export const finitePoints = (values: readonly [number, string][]): [number, number][] =>
  values.map(([at, value]): [number, number] => [at, Number(value)]).filter(([, value]) => Number.isFinite(value))

/** The series of an instant query's answer; none of a scalar's. */
export const seriesIn = <Series>({ result }: { resultType: string; result: Series[] | [number, string] }): Series[] =>
  // Safe: a scalar alone is a moment and a value, and its moment is a number.
  typeof result[0] === 'number' ? [] : (result as Series[])
