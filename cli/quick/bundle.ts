import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { bundleFolder, bundleName, quickProgram } from '../../range/bundle/places.ts'

/** The fields of a bundle's record, as `range/bundle/inputs.ts` writes it. */
interface Kept {
  file: string
  inputs: [file: string, size: number, mtimeMs: number, ctimeMs: number, hash: string][]
}

/** Checked by hand: a schema would take longer to load than the command itself. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('file' in value) || !('inputs' in value)) return false
  const { file, inputs } = value
  return typeof file === 'string' && Array.isArray(inputs) && inputs.every(isInput)
}

const isInput = (input: unknown): boolean =>
  Array.isArray(input) && ['string', 'number', 'number', 'number', 'string'].every((type, at) => typeof input[at] === type)

/** For packages, npm's own list says whether they have changed. */
const isOwn = ([file]: Kept['inputs'][number]): boolean => !file.startsWith('node_modules/') || file === 'node_modules/.package-lock.json'

/**
 * The bundle of quick commands, if all its source files are unchanged and no package was installed since: checking 200 files takes a few
 * milliseconds. Null otherwise.
 */
export function quickBundle(root: string, cache: string): string | null {
  const folder = bundleFolder(cache, root)
  try {
    const kept: unknown = JSON.parse(readFileSync(path.join(folder, `${bundleName(quickProgram)}.json`), 'utf8'))
    if (!isKept(kept)) return null
    const { file, inputs } = kept
    const untouched = inputs.filter(isOwn).every(([input, size, mtimeMs, ctimeMs]) => {
      const found = statSync(path.join(root, input))
      return found.size === size && found.mtimeMs === mtimeMs && found.ctimeMs === ctimeMs
    })
    return untouched && statSync(path.join(folder, file)).size > 0 ? path.join(folder, file) : null
  } catch {
    return null
  }
}
