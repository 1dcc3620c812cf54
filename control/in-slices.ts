import { setImmediate } from 'node:timers/promises'

/** Works on many things, so many at a time: others have their turn in between. */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (slice: readonly Item[]) => Result,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += size) {
    if (at > 0) await setImmediate()
    results.push(work(items.slice(at, at + size)))
  }
  return results
}

/** As many events as are written out in a few milliseconds, also with a graph in each. */
const eventsAtOnce = 250

/** An object with a long list in it, as JSON. */
export async function jsonInSlices<Item>(rest: object, name: string, items: readonly Item[]): Promise<string> {
  const parts = await inSlices(items, eventsAtOnce, (slice) => JSON.stringify(slice).slice(1, -1))
  const others = JSON.stringify(rest).slice(1, -1)
  return `{${others}${others === '' ? '' : ','}${JSON.stringify(name)}:[${parts.join(',')}]}`
}
