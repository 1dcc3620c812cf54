import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ServiceName } from '../model/components.ts'
import { FiredrillError } from '../model/errors.ts'
import type { FlagChange } from '../model/range.ts'
import { flags } from '../shop/contract.ts'
import { BadFlags, flagInWords, readFlags, type FlagDefinitions } from '../shop/flag-format.ts'
import { configDir, type RangeContext } from './context.ts'
import { putForShop } from './shop-file.ts'

/** Services that read flags: each has its copy of the file, beside the rest of its configuration. */
export const flagServices: readonly ServiceName[] = [...new Set(Object.values(flags))]

const flagsName = 'flags.json'

/** The file that a service follows. */
export const flagsFile = (context: RangeContext, service: ServiceName): string => path.join(configDir(context, service), flagsName)

/** The flags of a fresh range, as text. */
export const baselineFlags = (root: string): string => readFileSync(path.join(root, 'shop', 'flags.json'), 'utf8')

/** Writes the file that a service follows. */
export const writeFlags = (context: RangeContext, service: ServiceName, text: string): void =>
  putForShop(configDir(context, service), flagsName, text)

/** The definitions in a text. Throws `bad-request` with each mistake on a line. */
function flagsIn(text: string): FlagDefinitions {
  try {
    return readFlags(text)
  } catch (error) {
    if (error instanceof BadFlags) throw new FiredrillError('bad-request', error.message, { cause: error })
    throw error
  }
}

/** What differs between two texts, flag by flag. Throws `bad-request` if the second has mistakes. */
export function flagChanges(before: string, after: string, by: string, now = Date.now()): FlagChange[] {
  const [was, is] = [readFlags(before), flagsIn(after)]
  const at = new Date(now).toISOString()
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((flag) => JSON.stringify(was[flag]) !== JSON.stringify(is[flag]))
    .map((flag) => {
      const words = (flags: FlagDefinitions) => (flags[flag] ? flagInWords(flags[flag]) : 'none')
      const service = (is[flag] ?? was[flag])?.metadata['service']
      return { flag, service: typeof service === 'string' ? service : '', at, by, from: words(was), to: words(is) }
    })
}
