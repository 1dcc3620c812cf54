import { numbersFrom } from '../model/seeded.ts'

/** By it tests choose what they play; the runner prints it, and `FIREDRILL_SEED` gives it. */
export const seed = Number(process.env['FIREDRILL_SEED'] ?? Math.floor(Math.random() * 1_000_000))
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FIREDRILL_SEED is no whole number: '${process.env['FIREDRILL_SEED']}'`)

/** As many of them, in an order that the seed decides; all over some runs. */
export function chosen<Item>(items: readonly Item[], count: number, by: number = seed): Item[] {
  const random = numbersFrom(by)
  const left = [...items]
  const taken: Item[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}
