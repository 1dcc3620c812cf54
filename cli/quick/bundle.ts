import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { bundleFolder, bundleName, quickProgram } from '../../range/bundle/places.ts'

/** What a bundle's record has, as `range/bundle/inputs.ts` writes it. */
interface Kept {
  file: string
  inputs: [file: string, size: number, mtimeMs: number, ctimeMs: number, hash: string][]
}

/** By hand: a schema would take longer to load than the command itself. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('file' in value) || !('inputs' in value)) return false
  const { file, inputs } = value
  return typeof file === 'string' && Array.isArray(inputs) && inputs.every(isInput)
}

const isInput = (input: unknown): boolean =>
  Array.isArray(input) && ['string', 'number', 'number', 'number', 'string'].every((type, at) => typeof input[at] === type)

/** Of packages, the list that npm writes of them says whether they have changed. */
const isOwn = ([file]: Kept['inputs'][number]): boolean => !file.startsWith('node_modules/') || file === 'node_modules/.package-lock.json'

/**
 * The bundle of quick commands, if every file of ours that it was made of is untouched since, and no package was installed: a look at 200 files takes a few
 * milliseconds. Null where it is not, or where there is none.
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
