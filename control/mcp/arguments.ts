import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { isRecord } from '../../model/json.ts'

interface ReadOptions {
  /** Name of the tool, for the message. */
  name: string
  input: z.ZodObject
  /** Parameters whose text is literal: somebody may search for the word `null`. */
  verbatim?: readonly string[]
}

/**
 * Parses a tool's arguments as language models and their clients write them: numbers and booleans as text, `null`, `"null"` or an empty text for an
 * optional parameter, names in another case, objects as JSON in a text. Errors name each invalid parameter, so that the model can correct the next
 * call; nothing is dropped silently.
 *
 * @throws FiredrillError `bad-request`
 */
export function readArguments<Input extends z.ZodObject>({ name, input, verbatim = [] }: ReadOptions & { input: Input }, given: unknown) {
  const shape: Record<string, z.ZodType> = input.shape
  const known = Object.keys(shape)
  const problems: string[] = []
  const read: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(objectIn(name, given))) {
    const parameter = known.includes(key)
      ? key
      : known.find((each) => plain(each) === plain(key) && !Object.hasOwn(objectIn(name, given), each))
    const schema = parameter === undefined ? undefined : shape[parameter]
    if (parameter === undefined || schema === undefined) {
      // Some clients add a parameter to a tool without any; and dropping an empty value loses nothing.
      if (known.length > 0 && !isNothing(value)) problems.push(`there is no parameter '${key}' (${name} takes ${known.join(', ')})`)
      continue
    }
    const optional = schema.safeParse(undefined).success
    const nothing =
      isNothing(value) || (!verbatim.includes(parameter) && typeof value === 'string' && /^(null|none|undefined)$/i.test(value))
    if (!(optional && nothing)) read[parameter] = value === null ? undefined : asMeant(schema, value)
  }
  const parsed = input.safeParse(read)
  if (!parsed.success) {
    for (const { path, message, code } of parsed.error.issues) {
      const parameter = path.map(String).join('.')
      const missing = code === 'invalid_type' && path.length === 1 && read[parameter] === undefined
      problems.push(missing ? `${parameter} is missing` : `${parameter}: ${message}`)
    }
  }
  if (problems.length > 0) throw new FiredrillError('bad-request', `${name}: ${problems.join('; ')}`)
  // Safe: without problems it was parsed.
  return parsed.data as z.output<Input>
}

/** The arguments as one object, unwrapped. */
function objectIn(name: string, given: unknown): Record<string, unknown> {
  if (isNothing(given)) return {}
  const found = typeof given === 'string' ? jsonIn(given) : Array.isArray(given) && given.length === 1 ? (given[0] as unknown) : given
  if (isNothing(found)) return {}
  if (!isRecord(found)) throw new FiredrillError('bad-request', `${name}: arguments must be an object with the parameters by name`)
  return found
}

/** Converts a value to the type of its schema if the meaning is clear; otherwise returns it unchanged, to be refused. */
function asMeant(schema: z.ZodType, value: unknown): unknown {
  const wanted = unwrapped(schema)
  const wantsList = wanted instanceof z.ZodArray || wanted instanceof z.ZodRecord || wanted instanceof z.ZodObject
  if (wantsList) return typeof value === 'string' ? jsonIn(value) : value
  if (Array.isArray(value) && value.length === 1) return asMeant(schema, value[0])
  if (wanted instanceof z.ZodNumber && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value)
  if (wanted instanceof z.ZodString && (typeof value === 'number' || typeof value === 'boolean')) return String(value)
  if (wanted instanceof z.ZodEnum && typeof value === 'string') {
    const same = wanted.options.find((option) => plain(String(option)) === plain(value))
    return same ?? value
  }
  if (wanted instanceof z.ZodBoolean) {
    if (/^(true|yes|1)$/i.test(String(value))) return true
    if (/^(false|no|0)$/i.test(String(value))) return false
  }
  return value
}

function unwrapped(schema: z.ZodType): z.ZodType {
  // Safe: these wrap one of zod's own schemas.
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrapped(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out as z.ZodType)
  return schema
}

/** A name without what people and models write differently. */
export const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '')

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.every((each) => each === null || each === 'null'))

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
