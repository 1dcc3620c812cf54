import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { checkPacks, writeFiles, type CheckedPack } from '../drills/packs/pack.ts'
import { loadScenarios, type Vocabulary } from '../drills/scenarios.ts'
import { FiredrillError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { makePrivateFolder } from '../range/private.ts'

/** Where a range keeps the packs that it was started with: a copy, so that it does not change while it is played. */
const packsIn = (dir: string): string => path.join(dir, 'packs')

/**
 * Keeps these packs for a range, and no other. When one of them has a mistake, nothing is kept, and every mistake of every pack is told
 * (`bad-request`).
 */
export async function keepPacks(
  dir: string,
  sources: readonly string[],
  given: { taken: ReadonlySet<string>; vocabulary: Vocabulary; trusted?: string | undefined },
): Promise<CheckedPack[]> {
  const packs = await checkPacks(sources, given)
  const problems = packs.flatMap(({ source, problems: found }) => found.map((problem) => `${source}: ${problem}`))
  if (problems.length > 0) throw new FiredrillError('bad-request', `no pack is used:\n  ${problems.join('\n  ')}`)
  const next = `${packsIn(dir)}.next`
  rmSync(next, { recursive: true, force: true })
  makePrivateFolder(next)
  for (const { head, files } of packs) if (head) writeFiles(path.join(next, head.id), files)
  dropPacks(dir)
  renameSync(next, packsIn(dir))
  return packs
}

export const dropPacks = (dir: string): void => rmSync(packsIn(dir), { recursive: true, force: true })

/** The scenarios of a checkout with those of the range's packs. `told` gets what has a mistake, which is left out. */
export function scenariosOf(root: string, dir: string, told: (mistake: FiredrillError) => void): Map<string, Scenario> {
  const all = loadScenarios(path.join(root, 'scenarios'), told)
  if (!existsSync(packsIn(dir))) return all
  for (const pack of readdirSync(packsIn(dir)).toSorted()) {
    for (const [id, scenario] of loadScenarios(path.join(packsIn(dir), pack, 'scenarios'), told)) {
      // Of a later checkout, which has a scenario of that name itself.
      if (all.has(id))
        told(new FiredrillError('conflict', `'${id}' of the pack '${pack}' is in Firedrill itself by now: rename it in the pack`))
      else all.set(id, scenario)
    }
  }
  return all
}
