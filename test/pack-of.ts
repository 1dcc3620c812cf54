import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const scenario = path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves')

/** A pack of these scenarios in a new folder of `work`, each a copy of `slow-shelves` under another name. */
export function packOf(work: string, ids: readonly string[], id = 'ours'): string {
  const folder = mkdtempSync(path.join(work, 'pack-'))
  writeFileSync(path.join(folder, 'pack.yaml'), `id: ${id}\nversion: 1.0.0\ntitle: Our own incidents\n`)
  for (const name of ids) {
    const target = path.join(folder, 'scenarios', name)
    mkdirSync(target, { recursive: true })
    for (const file of ['scenario.yaml', 'story.md', 'debrief.md']) cpSync(path.join(scenario, file), path.join(target, file))
    const file = path.join(target, 'scenario.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('id: slow-shelves', `id: ${name}`))
  }
  return folder
}
