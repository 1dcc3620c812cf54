/**
 * Feature flags in flagd's format (https://flagd.dev/reference/flag-definitions/), as far as the shop uses it: read, checked and evaluated. It imports
 * nothing, so that those who change the flags check them with the code that reads them.
 */

type FlagValue = boolean | string | number
type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export interface FlagDefinition {
  /** A disabled flag has the default in the code of the service that reads it. */
  state: 'ENABLED' | 'DISABLED'
  variants: Record<string, FlagValue>
  defaultVariant: string
  /** Who gets which variant, as JsonLogic; `{}` if everybody gets the default variant. */
  targeting: { [name: string]: Json }
  metadata: Record<string, FlagValue>
}
export type FlagDefinitions = Record<string, FlagDefinition>

/** Of whom a flag is asked: `targetingKey` is the id by which shares are drawn. */
type FlagContext = Readonly<Record<string, unknown>>

/** The file is not in the format; the message has a line for each mistake. */
export class BadFlags extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const listed = (names: readonly string[]) => names.join(', ')

/** Throws `BadFlags` with all mistakes of the text. */
export function readFlags(text: string): FlagDefinitions {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (error) {
    throw new BadFlags(`the flags are not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const mistakes: string[] = []
  if (!isObject(file) || !isObject(file['flags']))
    throw new BadFlags('the flags have to be an object with "flags", an object of definitions by name')
  for (const name of Object.keys(file))
    if (name !== 'flags' && name !== '$schema' && name !== 'metadata') mistakes.push(`${name}: not supported here: leave it out`)
  const flags = Object.entries(file['flags']).map(
    ([key, flag]) => [key, readFlag(flag, `flags.${key}`, (mistake) => mistakes.push(mistake))] as const,
  )
  if (mistakes.length > 0) throw new BadFlags(mistakes.join('\n'))
  return Object.fromEntries(flags)
}

const fields = ['state', 'variants', 'defaultVariant', 'targeting', 'metadata']

function readFlag(flag: unknown, where: string, tell: (mistake: string) => void): FlagDefinition {
  const empty: FlagDefinition = { state: 'DISABLED', variants: {}, defaultVariant: '', targeting: {}, metadata: {} }
  if (!isObject(flag)) {
    tell(`${where}: has to be an object with ${listed(fields)}`)
    return empty
  }
  for (const name of Object.keys(flag)) if (!fields.includes(name)) tell(`${where}.${name}: unknown: a flag has ${listed(fields)}`)
  const { state, variants, defaultVariant, targeting = {}, metadata = {} } = flag
  if (state !== 'ENABLED' && state !== 'DISABLED') tell(`${where}.state: has to be ENABLED or DISABLED`)
  const values = isObject(variants) ? Object.values(variants) : []
  const known = isObject(variants) ? Object.keys(variants) : []
  const kinds = new Set(values.map((value) => typeof value))
  if (known.length === 0) tell(`${where}.variants: has to be an object with at least one variant`)
  else if (kinds.size > 1 || ![...kinds].every((kind) => kind === 'boolean' || kind === 'string' || kind === 'number'))
    tell(`${where}.variants: all have to be booleans, all texts or all numbers`)
  if (typeof defaultVariant !== 'string' || !known.includes(defaultVariant))
    tell(`${where}.defaultVariant: has to be one of the variants: ${listed(known)}`)
  if (!isObject(metadata)) tell(`${where}.metadata: has to be an object`)
  if (!isObject(targeting)) tell(`${where}.targeting: has to be an object: a rule, or {} for none`)
  else if (Object.keys(targeting).length > 0) checkResult(targeting, `${where}.targeting`, known, tell)
  // Safe: checked above, and a definition with a mistake is never used.
  return { state, variants, defaultVariant, targeting, metadata } as FlagDefinition
}

/** Operators of JsonLogic and flagd that are supported in a condition. */
const operators = ['==', '!=', '<', '<=', '>', '>=', 'in', 'and', 'or', '!', 'var']

/** A rule that results in a variant: the name of one, `null` for the default variant, `if` or `fractional`. */
function checkResult(rule: unknown, where: string, variants: readonly string[], tell: (mistake: string) => void): void {
  if (rule === null) return
  if (typeof rule === 'string') {
    if (!variants.includes(rule)) tell(`${where}: there is no variant ${rule}: choose ${listed(variants)}`)
    return
  }
  const [name, args] = operation(rule)
  if (name === 'if' && Array.isArray(args) && args.length >= 2) {
    for (const [index, arg] of args.entries()) {
      const isCondition = index % 2 === 0 && index < args.length - 1
      if (isCondition) checkCondition(arg, `${where}.if[${index}]`, tell)
      else checkResult(arg, `${where}.if[${index}]`, variants, tell)
    }
  } else if (name === 'fractional' && Array.isArray(args)) {
    const shares = sharesOf(args)
    if (shares.length === 0) tell(`${where}.fractional: has to list shares, such as ["${variants[0] ?? 'on'}", 25]`)
    for (const share of shares) {
      const [variant, weight = 1] = share as unknown[]
      if (typeof variant !== 'string' || !variants.includes(variant))
        tell(`${where}.fractional: there is no variant ${String(variant)}: choose ${listed(variants)}`)
      if (!Number.isInteger(weight) || Number(weight) < 0)
        tell(`${where}.fractional: the weight of ${String(variant)} has to be a whole number from 0`)
    }
  } else
    tell(
      `${where}: has to be the name of a variant, null, "if" with conditions and results, or "fractional"; not supported: ${name ?? typeof rule}`,
    )
}

function checkCondition(rule: unknown, where: string, tell: (mistake: string) => void): void {
  if (Array.isArray(rule)) return rule.forEach((each, index) => checkCondition(each, `${where}[${index}]`, tell))
  if (!isObject(rule)) return
  const [name, args] = operation(rule)
  if (name === undefined || !operators.includes(name)) return tell(`${where}: ${name ?? 'this'} is not supported: use ${listed(operators)}`)
  if (name === 'var') {
    if (typeof args !== 'string') tell(`${where}.var: has to be the name of an attribute`)
    return
  }
  checkCondition(args, `${where}.${name}`, tell)
}

const operation = (rule: unknown): [name: string | undefined, args: unknown] => {
  const entries = isObject(rule) ? Object.entries(rule) : []
  return entries.length === 1 && entries[0] ? entries[0] : [undefined, undefined]
}

/** Without the expression that may come first: what is drawn by, in place of the flag and the targeting key. */
const sharesOf = (args: readonly unknown[]): readonly unknown[] => args.filter((arg) => Array.isArray(arg))

interface Evaluation {
  variant: string
  value: FlagValue
  /** As OpenFeature names it. */
  reason: 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DEFAULT'
}

/** The variant that somebody gets; null if the flag is disabled. */
export function evaluateFlag(key: string, flag: FlagDefinition, context: FlagContext): Evaluation | null {
  if (flag.state === 'DISABLED') return null
  const has = (variant: string, reason: Evaluation['reason']): Evaluation => ({ variant, value: flag.variants[variant] ?? false, reason })
  if (Object.keys(flag.targeting).length === 0) return has(flag.defaultVariant, 'STATIC')
  const { variant, drawn } = resultOf(flag.targeting, key, context)
  return variant === null ? has(flag.defaultVariant, 'DEFAULT') : has(variant, drawn ? 'SPLIT' : 'TARGETING_MATCH')
}

function resultOf(rule: unknown, key: string, context: FlagContext): { variant: string | null; drawn: boolean } {
  if (typeof rule === 'string') return { variant: rule, drawn: false }
  const [name, args] = operation(rule)
  if (name === 'fractional' && Array.isArray(args)) return { variant: drawn(args, key, context), drawn: true }
  if (name !== 'if' || !Array.isArray(args)) return { variant: null, drawn: false }
  for (let at = 0; at + 1 < args.length; at += 2) if (truthy(valueOf(args[at], context))) return resultOf(args[at + 1], key, context)
  return args.length % 2 === 1 ? resultOf(args.at(-1), key, context) : { variant: null, drawn: false }
}

/** The variant into whose share somebody falls: always the same one for the same flag and id. Null for somebody without an id. */
function drawn(args: readonly unknown[], key: string, context: FlagContext): string | null {
  const [first] = args
  const id = Array.isArray(first) || first === undefined ? context['targetingKey'] : valueOf(first, context)
  if (id === undefined || id === null || id === '') return null
  const by = Array.isArray(first) ? `${key}${String(id)}` : String(id)
  const shares = sharesOf(args).map((share) => {
    const [variant, weight = 1] = share as [string, number?]
    return { variant, weight }
  })
  const total = shares.reduce((sum, { weight }) => sum + weight, 0)
  let left = Math.floor((murmur3(by) / 2 ** 32) * total)
  for (const { variant, weight } of shares) {
    if (left < weight) return variant
    left -= weight
  }
  return null
}

const truthy = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value))

function valueOf(rule: unknown, context: FlagContext): unknown {
  if (Array.isArray(rule)) return rule.map((each) => valueOf(each, context))
  const [name, args] = operation(rule)
  if (name === undefined) return rule
  if (name === 'var') return context[String(args)] ?? null
  const values = [valueOf(args, context)].flat()
  const [a, b] = values
  switch (name) {
    case '==':
      return a === b || String(a) === String(b)
    case '!=':
      return a !== b && String(a) !== String(b)
    case '<':
      return Number(a) < Number(b)
    case '<=':
      return Number(a) <= Number(b)
    case '>':
      return Number(a) > Number(b)
    case '>=':
      return Number(a) >= Number(b)
    case 'in': {
      const [needle, hay] = Array.isArray(args) ? args.map((each) => valueOf(each, context)) : []
      return Array.isArray(hay) ? hay.includes(needle) : typeof hay === 'string' && hay.includes(String(needle))
    }
    case 'and':
      return values.every(truthy)
    case 'or':
      return values.some(truthy)
    default:
      return !truthy(a)
  }
}

/** MurmurHash3 for 32 bits with seed 0, which flagd draws by; an unsigned number. */
export function murmur3(text: string): number {
  const bytes = new TextEncoder().encode(text)
  const scramble = (k: number) => Math.imul(rotated(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)
  let hash = 0
  const whole = bytes.length - (bytes.length % 4)
  const at = (index: number) => bytes[index] ?? 0
  for (let index = 0; index < whole; index += 4) {
    const k = at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24)
    hash = (Math.imul(rotated(hash ^ scramble(k), 13), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let index = bytes.length - 1; index >= whole; index--) rest = (rest << 8) | at(index)
  if (bytes.length > whole) hash ^= scramble(rest)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** Who gets what, in a few words: `off`, `on for 25 %, otherwise off`, `disabled`. */
export function flagInWords({ state, defaultVariant, targeting }: FlagDefinition): string {
  if (state === 'DISABLED') return 'disabled'
  return Object.keys(targeting).length === 0 ? defaultVariant : ruleInWords(targeting, defaultVariant)
}

function ruleInWords(rule: unknown, otherwise: string): string {
  if (rule === null || rule === undefined) return otherwise
  if (typeof rule === 'string') return rule
  const [name, args] = operation(rule)
  if (!Array.isArray(args)) return JSON.stringify(rule)
  if (name === 'fractional') {
    const shares = sharesOf(args) as [string, number?][]
    const total = shares.reduce((sum, [, weight = 1]) => sum + weight, 0)
    return shares
      .filter(([, weight = 1]) => weight > 0)
      .map(([variant, weight = 1]) => `${variant} for ${Math.round((weight / total) * 1_000) / 10} %`)
      .join(', ')
  }
  const parts: string[] = []
  for (let at = 0; at + 1 < args.length; at += 2) parts.push(`${ruleInWords(args[at + 1], otherwise)} if ${conditionInWords(args[at])}`)
  return [...parts, `otherwise ${ruleInWords(args.length % 2 === 1 ? args.at(-1) : null, otherwise)}`].join(', ')
}

function conditionInWords(rule: unknown): string {
  const [name, args] = operation(rule)
  if (name === undefined) return Array.isArray(rule) ? rule.map(conditionInWords).join(' or ') : String(rule)
  if (name === 'var') return String(args)
  const words = [args].flat().map(conditionInWords)
  if (name === 'and' || name === 'or') return words.join(` ${name} `)
  if (name === '!') return `not ${words.join(' ')}`
  if (name === 'in' && Array.isArray(args)) return `${conditionInWords(args[0])} is ${conditionInWords(args[1])}`
  return words.join(name === '==' ? ' is ' : name === '!=' ? ' is not ' : ` ${name} `)
}
