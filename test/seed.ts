import { spawnSync } from 'node:child_process'
import { numbersFrom } from '../model/seeded.ts'

/** From the commit's tree: one commit plays the same wherever it is tested, the next one plays something else. Random without Git. */
function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout.slice(0, 8), 16) % 1_000_000 : Math.floor(Math.random() * 1_000_000)
}

/** The seed by which tests choose what they play; the runner prints it, and `FIREDRILL_SEED` sets it. */
export const seed = Number(process.env['FIREDRILL_SEED'] ?? seedOfCommit())
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FIREDRILL_SEED is no whole number: '${process.env['FIREDRILL_SEED']}'`)

/** A number of them, in an order that the seed decides; all of them over some commits. */
export function chosen<Item>(items: readonly Item[], count: number, by: number = seed): Item[] {
  const random = numbersFrom(by)
  const left = [...items]
  const taken: Item[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}
