import { spawnSync } from 'node:child_process'
import { numbersFrom } from '../model/seeded.ts'

/** The commit's tree chooses: one commit plays the same wherever it is tested, the next one plays something else. Chance, where there is no Git. */
function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: import.meta.dirname, encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout.slice(0, 8), 16) % 1_000_000 : Math.floor(Math.random() * 1_000_000)
}

/** By it tests choose what they play; the runner prints it, and `FIREDRILL_SEED` gives it. */
export const seed = Number(process.env['FIREDRILL_SEED'] ?? seedOfCommit())
if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`FIREDRILL_SEED is no whole number: '${process.env['FIREDRILL_SEED']}'`)

/** As many of them, in an order that the seed decides; all over some commits. */
export function chosen<Item>(items: readonly Item[], count: number, by: number = seed): Item[] {
  const random = numbersFrom(by)
  const left = [...items]
  const taken: Item[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1))
  return taken
}
