import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { checkPacks, writeFiles, type CheckedPack } from '../drills/packs/pack.ts'
import { loadScenario, loadScenarios, type Vocabulary } from '../drills/scenarios.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { makePrivateFolder } from '../range/private.ts'

/** Where a range keeps the packs that it was started with: a copy, so that it does not change during a drill. */
const packsIn = (dir: string): string => path.join(dir, 'packs')

/**
 * Installs these packs for a range, and removes all others. If one of them has a mistake, nothing changes, and every mistake of every pack is
 * reported (`bad-request`).
 */
export async function keepPacks(
  dir: string,
  sources: readonly string[],
  given: { taken: ReadonlySet<string>; vocabulary: Vocabulary; trusted?: string | undefined },
): Promise<CheckedPack[]> {
  const packs = await checkPacks(sources, given)
  const problems = packs.flatMap(({ source, problems: found }) => found.map((problem) => `${source}: ${problem}`))
  if (problems.length > 0) throw new FiredrillError('bad-request', `no pack is used:\n  ${problems.join('\n  ')}`)
  takeBack(dir)
  const { next, before, now } = placesIn(dir)
  try {
    rmSync(next, { recursive: true, force: true })
    makePrivateFolder(next)
    for (const { head, files } of packs) if (head) writeFiles(path.join(next, head.id), files)
    rmSync(before, { recursive: true, force: true })
    if (existsSync(now)) renameSync(now, before)
    renameSync(next, now)
  } catch (error) {
    // On a full disk as well, the installed ones stay.
    rmSync(next, { recursive: true, force: true })
    takeBack(dir)
    throw error
  }
  rmSync(before, { recursive: true, force: true })
  return packs
}

const placesIn = (dir: string) => ({ now: packsIn(dir), next: `${packsIn(dir)}.next`, before: `${packsIn(dir)}.before` })

/** The installed packs, if their replacement was interrupted. */
function takeBack(dir: string): void {
  const { now, before } = placesIn(dir)
  if (!existsSync(now) && existsSync(before)) renameSync(before, now)
}

/** Removes all packs of a range, given its folder. */
export function dropPacks(dir: string): void {
  for (const folder of Object.values(placesIn(dir))) rmSync(folder, { recursive: true, force: true })
}

/**
 * The scenarios of a checkout and those of the range's packs. `told` receives what has a mistake or cannot be read, which is left out: a pack that
 * was damaged on disk prevents neither the others nor the range from starting. `load` reads one folder.
 */
export function scenariosOf(
  root: string,
  dir: string,
  told: (mistake: FiredrillError) => void,
  load: (folder: string) => Scenario = loadScenario,
): Map<string, Scenario> {
  const all = loadScenarios(path.join(root, 'scenarios'), told, load)
  const readable = <Found>(what: string, read: () => Found, otherwise: Found): Found => {
    try {
      return read()
    } catch (error) {
      const message = `${what} cannot be read (${describeError(error)}): give it again with 'firedrill up --pack', or drop all with --no-pack`
      told(new FiredrillError('bad-request', message, { cause: error }))
      return otherwise
    }
  }
  const folder = packsIn(dir)
  const packs = readable(
    'the folder of the packs',
    () => {
      takeBack(dir)
      return existsSync(folder) ? readdirSync(folder).toSorted() : []
    },
    [],
  )
  // Files that desktops leave in every folder.
  for (const pack of packs.filter((name) => !name.startsWith('.'))) {
    const own = readable(
      `the pack '${pack}' in ${folder}`,
      () => loadScenarios(path.join(folder, pack, 'scenarios'), told, load),
      new Map<string, Scenario>(),
    )
    for (const [id, scenario] of own) {
      // A later checkout has a scenario with that name itself.
      if (all.has(id))
        told(
          new FiredrillError(
            'conflict',
            `'${id}' of the pack '${pack}' is now the id of a scenario in Firedrill itself: rename it in the pack`,
          ),
        )
      else all.set(id, scenario)
    }
  }
  return all
}
