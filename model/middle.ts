/** The middle item by a numeric key: for an even count, the upper of the two. Null for an empty list. */
export function middleBy<Item>(items: readonly Item[], numberOf: (item: Item) => number): Item | null {
  return items.toSorted((a, b) => numberOf(a) - numberOf(b))[Math.floor(items.length / 2)] ?? null
}

/** The median: for an even count, the upper of the two middle values. Null for an empty list. */
export const median = (values: readonly number[]): number | null => middleBy(values, (value) => value)
