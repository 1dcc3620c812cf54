/** The item in the middle of all by some number of theirs: of an even count, the upper of the two. Null where there is none. */
export function middleBy<Item>(items: readonly Item[], numberOf: (item: Item) => number): Item | null {
  return items.toSorted((a, b) => numberOf(a) - numberOf(b))[Math.floor(items.length / 2)] ?? null
}

/** The median: of an even count, the upper of the two in the middle. Null where there is none. */
export const median = (values: readonly number[]): number | null => middleBy(values, (value) => value)
