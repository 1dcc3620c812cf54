import { setImmediate } from 'node:timers/promises'
import { Written } from './api/written.ts'

/** Processes many items in slices, so that other work can run in between. */
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

/** Number of events that are serialised in a few milliseconds, even if each has a graph. */
const eventsAtOnce = 250

/** Serialises an object with a long list in it as JSON. */
export async function jsonInSlices<Rest extends object, Name extends string, Item>(
  rest: Rest,
  name: Name,
  items: readonly Item[],
): Promise<Written<Rest & Record<Name, Item[]>>> {
  const parts = await inSlices(items, eventsAtOnce, (slice) => JSON.stringify(slice).slice(1, -1))
  const others = JSON.stringify(rest).slice(1, -1)
  return new Written(`{${others}${others === '' ? '' : ','}${JSON.stringify(name)}:[${parts.join(',')}]}`)
}
