import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { asPlayed, readSound, type SoundScenario } from '../drills/scenarios.ts'
import { isRecord } from '../model/json.ts'
import type { Scenario } from '../model/scenario.ts'

/** A few megabytes for all scenarios, read within some 30 ms; reading and checking the folders themselves takes a second of CPU. */
const fileName = 'sound-scenarios.json'
const texts = ['scenario.yaml', 'story.md', 'debrief.md', 'people.yaml']

interface Kept {
  /** The program that validated them. */
  code: string
  /** By the SHA-256 of a folder's name and files. */
  sound: Record<string, SoundScenario>
}

interface SoundScenarios {
  /** Reads a folder as `loadScenario` does, or returns the cached result for the same files. */
  load(folder: string): Scenario
  /** Writes the results for the next process. If that is not possible, the next one reads the folders again. */
  keep(): void
}

/**
 * A cache of a range's validated scenarios, so that a killed control plane is back quickly. Scenarios that have changed since are read and checked
 * again, and so are all for another version of the code; a null `code` stands for an unknown version, such as sources.
 */
export function soundScenarios(dir: string, code: string | null): SoundScenarios {
  const file = path.join(dir, 'control', fileName)
  const before = code === null ? {} : keptIn(file, code)
  const now: Kept['sound'] = {}
  return {
    load(folder) {
      const hash = hashOf(folder)
      const sound = before[hash] ?? readSound(folder)
      now[hash] = sound
      return asPlayed(sound)
    },
    keep() {
      const hashes = Object.keys(now)
      if (code === null || (hashes.length === Object.keys(before).length && hashes.every((hash) => hash in before))) return
      const kept: Kept = { code, sound: now }
      try {
        writeFileSync(`${file}.tmp`, JSON.stringify(kept), { mode: 0o600 })
        renameSync(`${file}.tmp`, file)
      } catch (error) {
        process.stderr.write(`scenarios are read again at the next start: ${String(error)}\n`)
      }
    },
  }
}

/** A bundle's folder is named after its content; null for a program that runs from the sources. */
export const codeOf = (program: string): string | null => /^[\w-]+-[0-9a-f]{16}$/.exec(path.basename(path.dirname(program)))?.[0] ?? null

function hashOf(folder: string): string {
  const hash = createHash('sha256').update(path.basename(folder))
  for (const name of texts) hash.update(`\0${name}\0`).update(contentOf(path.join(folder, name)))
  return hash.digest('hex')
}

function contentOf(file: string): Buffer | string {
  try {
    return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest() : 'none'
  } catch {
    // The check reports why.
    return 'unreadable'
  }
}

/**
 * In the format of `keep`. The scenarios in it are not validated again, which would take as long as to read them: the same code has validated them.
 */
const isKept = (value: unknown): value is Kept =>
  isRecord(value) &&
  typeof value['code'] === 'string' &&
  isRecord(value['sound']) &&
  Object.values(value['sound']).every((sound) => isRecord(sound) && isRecord(sound['scenario']))

function keptIn(file: string, code: string): Kept['sound'] {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isKept(kept) && kept.code === code ? kept.sound : {}
  } catch {
    // There is none yet, or it is damaged.
    return {}
  }
}
