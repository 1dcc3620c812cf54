/** The JSON Schema of one parameter of a fault or an action, as `z.toJSONSchema` makes it of plain values. */
export interface ParamSchema {
  type?: string
  /** Description, with the unit. */
  description?: string
  /** The only values that it accepts. */
  enum?: (string | number)[]
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
}

/** The parameters of a fault or an action, by their names. */
export interface ParamsSchema {
  properties?: Record<string, ParamSchema>
  /** Required ones. */
  required?: string[]
}

/** Whether a parameter is a number, whole or not. */
export const isNumeric = ({ type }: ParamSchema): boolean => type === 'integer' || type === 'number'

/** Whether a bound is a real limit: `z.toJSONSchema` writes the largest safe integers for an integer without one. */
const isBound = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER

/** The smallest and largest value of a number, if limited. */
export const boundsOf = ({ minimum, maximum }: ParamSchema): { min?: number; max?: number } => ({
  ...(isBound(minimum) ? { min: minimum } : {}),
  ...(isBound(maximum) ? { max: maximum } : {}),
})

/** Writes a number with commas between groups of three digits and a decimal point, whatever the reader's locale. */
const written = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 20 })

/** `from 1 to 60,000`, `at least 1`; empty without limits. */
function boundsInWords(schema: ParamSchema): string {
  const { min, max } = boundsOf(schema)
  if (min !== undefined && max !== undefined) return `from ${written.format(min)} to ${written.format(max)}`
  if (min !== undefined) return `at least ${written.format(min)}`
  return max === undefined ? '' : `at most ${written.format(max)}`
}

const typeNames: Readonly<Record<string, string>> = { integer: 'whole number', number: 'number', boolean: 'true or false', array: 'list' }

/** Describes the values of a parameter: `whole number, from 1 to 20`, `page or ticket`, `text of at most 200 characters`. */
export function valuesInWords(schema: ParamSchema): string {
  const { type = '', enum: choices, maxLength } = schema
  if (choices)
    return choices
      .map(String)
      .join(', ')
      .replace(/, ([^,]*)$/, ' or $1')
  if (isNumeric(schema)) return [typeNames[type], boundsInWords(schema)].filter((part) => part).join(', ')
  return typeNames[type] ?? (maxLength === undefined ? 'text' : `text of at most ${written.format(maxLength)} characters`)
}

/** A default value as it is typed; null without one, or for an empty one. */
export function defaultInWords({ default: value }: ParamSchema): string | null {
  if (value === undefined || value === '') return null
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** The text beside a parameter in a form: its description, limits and default. */
export function paramHelp(schema: ParamSchema): string {
  const bounds = isNumeric(schema) && !schema.enum ? boundsInWords(schema) : ''
  const usual = defaultInWords(schema)
  return [
    schema.description,
    bounds === '' ? '' : `${bounds[0]?.toUpperCase()}${bounds.slice(1)}`,
    usual === null ? '' : `Default: ${usual}`,
  ]
    .filter((sentence) => sentence)
    .map((sentence) => `${sentence}.`)
    .join(' ')
}
