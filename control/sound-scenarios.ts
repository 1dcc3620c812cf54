import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { asPlayed, readSound, type SoundScenario } from '../drills/scenarios.ts'
import { isRecord } from '../model/json.ts'
import type { Scenario } from '../model/scenario.ts'

/** Of all scenarios a few megabytes; read within some 30 ms, where reading and checking the folders themselves takes a second of CPU. */
const fileName = 'sound-scenarios.json'
const texts = ['scenario.yaml', 'story.md', 'debrief.md', 'people.yaml']

interface Kept {
  /** The program that found them to be so. */
  code: string
  /** By the SHA-256 of a folder's name and files. */
  sound: Record<string, SoundScenario>
}

interface SoundScenarios {
  /** Reads a folder as `loadScenario` does, or remembers what the same files were found to be. */
  load(folder: string): Scenario
  /** Writes down what was loaded, for the next process. Where that is not possible, the next one reads the folders again. */
  keep(): void
}

/**
 * What the scenarios of a range were found to be the last time, so that a control plane that was killed is back before long. Whatever was changed since is
 * read and checked again, and so is all of it by another `code`; null stands for code of which that cannot be told, such as sources.
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

/** By what is in it, a bundle's folder has its name; null for a program that runs from the sources. */
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
    // Whoever checks it tells why.
    return 'unreadable'
  }
}

/** As `keep` writes it. What is in the scenarios is not looked at again, which would take as long as to read them: the same code has found them sound. */
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
