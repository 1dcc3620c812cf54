import type { z } from 'zod'
import { durationMsIn, probableDuration } from '../duration.ts'
import type { YamlDocument } from './read.ts'
import type { Mistake } from './text.ts'
import { ownValue } from '../own.ts'

/** A mistake in a value, with its path in the file, such as `timeline.0.at`. */
interface ValueMistake extends Mistake {
  at: string
  path: readonly PropertyKey[]
  /** A key that the schema does not know. */
  unknownKey?: true
}

type Written = Pick<YamlDocument, 'placeOf' | 'placeOfKey' | 'sourceOf'>
type Issue = z.core.$ZodIssue

/** Every mistake that a schema finds in a document, at its place, with how to write it. `within` is where in the document the value stands. */
export function explainIssues(
  issues: readonly Issue[],
  value: unknown,
  written: Written,
  schema: z.core.$ZodType,
  within: readonly PropertyKey[] = [],
): ValueMistake[] {
  const mistyped = new Set(issues.flatMap(({ code, path }) => (code === 'invalid_type' ? [path.join('.')] : [])))
  return issues.flatMap((issue) => {
    const path = [...within, ...issue.path]
    // How long something is says nothing where it is not what it should be.
    if ((issue.code === 'too_big' || issue.code === 'too_small') && mistyped.has(issue.path.join('.'))) return []
    const found = valueAt(value, issue.path)
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path)
      return issue.keys.map((key) => {
        const message = `there is no '${key}' here: ${choice(known, key)}`
        return {
          ...written.placeOfKey([...path, key]),
          at: [...path, key].join('.'),
          path: [...path, key],
          message,
          unknownKey: true as const,
        }
      })
    }
    const message = inWords(issue, found, written.sourceOf(path), schema)
    return [{ ...written.placeOf(path), at: path.join('.'), path, message }]
  })
}

function inWords(issue: Issue, value: unknown, source: string | undefined, schema: z.core.$ZodType): string {
  switch (issue.code) {
    case 'invalid_type':
      if (!issue.message.startsWith('Invalid input')) return issue.message
      return wrongType(issue.expected, value, source, String(issue.path.at(-1) ?? ''), keysAt(schema, issue.path))
    case 'invalid_value': {
      const known = issue.values.map(String)
      if (value === undefined) return `is missing: ${choice(known)}`
      return `${quoted(value, source)} is not one of the choices: ${choice(known, String(value))}`
    }
    case 'invalid_union': {
      const known = keysAt(schema, issue.path)
      return known.length > 0 ? `${quoted(value, source)} is not allowed here: write one of ${known.join(', ')}` : 'is not allowed here'
    }
    case 'too_small':
      if (issue.origin === 'string') return 'is empty: write something'
      if (issue.origin === 'array')
        return `is an empty list: write at least ${Number(issue.minimum) === 1 ? 'one entry' : `${issue.minimum} entries`}`
      return `${quoted(value, source)} is too small: write ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'string') return `has ${String(value).length} characters: write at most ${issue.maximum}`
      return `${quoted(value, source)} is too big: write at most ${issue.maximum}`
    case 'invalid_key':
      return `'${String(issue.path.at(-1))}' will not do as a key: write ${issue.issues[0]?.message ?? 'another'}`
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? issue.message : `${quoted(value, source)} will not do: write ${issue.message}`
    default:
      return issue.message
  }
}

const nouns: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
}

function wrongType(expected: string, value: unknown, source: string | undefined, key: string, known: readonly string[]): string {
  const wanted = `${nouns[expected] ?? expected}${expected === 'object' && known.length > 0 ? ` (${known.join(', ')})` : ''}`
  if (value === undefined) return `is missing: write ${wanted}`
  if (value === null) return `is empty: write ${wanted}`
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `${source ?? value} is read as ${typeof value === 'number' ? 'a number' : 'true or false'}: put it in quotes, '${source ?? value}'`
  if (expected === 'array') {
    if (typeof value === 'object') return "is a mapping: write a list, with '- ' before each entry"
    const entries = String(source ?? value).split(/\s*,\s*/)
    return `is not a list: write [${entries.map((entry) => (/^[\w -]+$/.test(entry) ? entry : `'${entry}'`)).join(', ')}]`
  }
  if ((expected === 'number' || expected === 'int') && typeof value === 'string')
    return `${quoted(value, source)} is a text: ${asNumber(value, key)}`
  if (expected === 'int' && typeof value === 'number')
    return `${source ?? value} is not a whole number: write ${Number.isFinite(value) ? Math.round(value) : 'one'}`
  return `${Array.isArray(value) ? 'is a list' : typeof value === 'object' ? 'is a mapping' : `${quoted(value, source)} is not allowed here`}: write ${wanted}`
}

/** The plain number that somebody meant who wrote a unit: by the unit in the name, if there is one. */
function asNumber(text: string, key: string): string {
  const ms = durationMsIn(probableDuration(text) ?? '')
  if (/ms$/i.test(key) && ms !== null) return `write the number of milliseconds, ${ms}`
  if (/seconds$/i.test(key) && ms !== null) return `write the number of seconds, ${ms / 1_000}`
  const number = /^\s*(-?\d+(?:\.\d+)?)\s*\S{0,12}\s*$/.exec(text)?.[1]
  return `write a number without a unit and without quotes${number === undefined ? '' : `, ${number}`}`
}

const quoted = (value: unknown, source: string | undefined): string => {
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : value === null ? 'nothing' : 'a mapping'
  const text = typeof value === 'string' ? value : (source ?? String(value))
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`
}

/** What can be chosen, the likely one first. */
export function choice(known: readonly string[], given?: string): string {
  const meant = given === undefined ? null : nearest(given, known)
  return `${meant === null ? '' : `did you mean '${meant}'? `}choose ${known.join(', ')}`
}

/** The word that was probably meant: other capitals, another sign between, a letter too many. */
export function nearest(given: string, known: readonly string[]): string | null {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const wanted = plain(given).slice(0, 60)
  const close = known.map((word) => ({ word, far: distance(wanted, plain(word)) })).toSorted((a, b) => a.far - b.far)[0]
  return close && close.far <= Math.max(1, Math.floor(wanted.length / 4)) ? close.word : null
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  )

interface Def {
  type: string
  shape?: Record<string, z.core.$ZodType>
  element?: z.core.$ZodType
  innerType?: z.core.$ZodType
  in?: z.core.$ZodType
  valueType?: z.core.$ZodType
  options?: readonly z.core.$ZodType[]
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  // Safe: what each kind of schema is made of (https://zod.dev/packages/core).
  const { shape, element, innerType, in: input, valueType, options } = schema._zod.def as unknown as Def
  const [key, ...rest] = path
  const inner = innerType ?? input
  if (inner) return keysAt(inner, path)
  if (options) return [...new Set(options.flatMap((option) => keysAt(option, path)))]
  if (key === undefined) return Object.keys(shape ?? {})
  const next = shape ? ownValue(shape, String(key)) : (element ?? valueType)
  return next ? keysAt(next, rest) : []
}
