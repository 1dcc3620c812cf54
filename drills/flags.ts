import { z } from 'zod'
import { FiredrillError } from '../model/errors.ts'
import type { FlagsPort, Range } from '../model/range.ts'
import { flags } from '../shop/contract.ts'
import { flagInWords, readFlags, type FlagDefinition } from '../shop/flag-format.ts'

// Safe: its keys.
export const flagName = z.enum(Object.keys(flags) as (keyof typeof flags)[])
/** Levels of membership, as customers send them; `any` for every member. */
export const memberLevel = z.enum(['any', 'gold', 'silver', 'basic'])

/** Throws `unsupported` if the range has no flags. */
export function flagsOf({ flags: port }: Pick<Range, 'flags'>): FlagsPort {
  if (!port) throw new FiredrillError('unsupported', 'the range has no feature flags')
  return port
}

/** The definition of a flag in a text; null if there is none. */
export const definitionIn = (text: string, flag: string): FlagDefinition | null => readFlags(text)[flag] ?? null

/** The text with another definition of a flag; without the flag, if there is none. */
export function withDefinition(text: string, flag: string, definition: FlagDefinition | null): string {
  // Safe: its definitions were read.
  const file = JSON.parse(text) as { flags: Record<string, FlagDefinition> }
  const { [flag]: _before, ...others } = file.flags
  const next = definition === null ? others : { ...file.flags, [flag]: definition }
  return `${JSON.stringify({ ...file, flags: next }, null, 2)}\n`
}

interface Wanted {
  variant: string
  /** Share of customers, 0–100. */
  percent: number
  /** Only members of this level, or `any`; everybody by default. */
  member?: string | undefined
}

/** A definition by which a share of customers gets a variant, and all others the default. Throws `bad-request` for an unknown variant. */
export function givenTo(flag: string, definition: FlagDefinition | null, { variant, percent, member }: Wanted): FlagDefinition {
  if (definition === null) throw new FiredrillError('bad-request', `there is no flag ${flag}`)
  const known = Object.keys(definition.variants)
  if (!known.includes(variant)) throw new FiredrillError('bad-request', `${flag} has no variant ${variant}: choose ${known.join(', ')}`)
  const plain: FlagDefinition = { ...definition, state: 'ENABLED', targeting: {} }
  if (percent === 100 && member === undefined) return { ...plain, defaultVariant: variant }
  const { defaultVariant } = definition
  const share =
    percent === 100
      ? variant
      : {
          fractional: [
            [variant, percent],
            [defaultVariant, 100 - percent],
          ],
        }
  const targeting =
    member === undefined
      ? share
      : { if: [member === 'any' ? { '!=': [{ var: 'member' }, 'none'] } : { '==': [{ var: 'member' }, member] }, share, null] }
  // Safe: with a share of 100 % there is a level.
  return { ...plain, targeting: targeting as FlagDefinition['targeting'] }
}

/** Who gets what, in words. */
export const inWords = (definition: FlagDefinition | null): string => (definition === null ? 'none' : flagInWords(definition))
