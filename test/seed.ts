/** By it tests choose what they play; the runner prints it, and `FIREDRILL_SEED` gives it. */
export const seed = Number(process.env['FIREDRILL_SEED'] ?? Math.floor(Math.random() * 1_000_000))
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FIREDRILL_SEED is no whole number: '${process.env['FIREDRILL_SEED']}'`)

/** As many of them, in an order that the seed decides; all over some runs. */
export function chosen<Item>(items: readonly Item[], count: number, by: number = seed): Item[] {
  const random = generator(by)
  const left = [...items]
  const taken: Item[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}

/** Numbers from 0 up to 1: mulberry32, by Tommy Ettinger. */
function generator(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
