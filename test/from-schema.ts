import fc, { type Arbitrary } from 'fast-check'

/** The part of JSON Schema that the API's document and the tools use. */
export interface Schema {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
}
/** Texts that often break parsers. */
const nasty = fc.constantFrom(
  '',
  '\0',
  '..',
  '../../etc/passwd',
  '%00',
  '%',
  '{{',
  '${x}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  '-1',
  '1e999',
  'a|b|.+',
  '\u{1f600}',
  '\ud800',
  'x'.repeat(5_000),
  '('.repeat(1_000),
  'a\n'.repeat(2_000),
  '&a '.repeat(300),
  "' or 1=1 --",
  'up{service="inventory"}',
)
export const texts = fc.oneof(fc.string({ maxLength: 40 }), nasty)
export const anything = fc.oneof(fc.jsonValue({ maxDepth: 4 }), texts, fc.double(), fc.constant(null))

/** Values that match a schema in the document. */
export function fitting(schema: Schema): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting))
  const { minimum = -1e6, maximum = 1e6, minItems = 0, maxItems = 5 } = schema
  switch (schema.type) {
    case 'string':
      return schema.pattern
        ? matching(schema.pattern)
        : fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 100, 2_000) })
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) })
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(fitting(schema.items ?? {}), { minLength: minItems, maxLength: Math.min(maxItems, 10) })
    case 'object':
      return schema.properties
        ? fc.record(Object.fromEntries(Object.entries(schema.properties).map(([name, of]) => [name, fitting(of)])), {
            requiredKeys: (schema.required ?? []) as never,
          })
        : fc.dictionary(fc.string({ maxLength: 10 }), anything, { maxKeys: 4 })
    default:
      return anything
  }
}

function matching(pattern: string): Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern))
  } catch {
    // An expression from which the library cannot generate texts.
    return fc.uuid()
  }
}
