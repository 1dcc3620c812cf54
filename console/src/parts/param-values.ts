import { defaultInWords, isNumeric, type ParamSchema, type ParamsSchema } from '../../../model/params.ts'

/** The input for each parameter. */
export type ParamValues = Record<string, string>

export const initialValues = ({ properties = {} }: ParamsSchema): ParamValues =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, defaultInWords(schema) ?? '']))

/** The input, converted to the schema's types; empty optional parameters are left out. */
export const typedValues = ({ properties = {}, required = [] }: ParamsSchema, values: ParamValues): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) => {
      const value = values[name] ?? ''
      if (value === '' && !required.includes(name)) return []
      return [[name, typed(schema, value)]]
    }),
  )

function typed(schema: ParamSchema, value: string): unknown {
  if (isNumeric(schema)) return Number(value)
  if (schema.type === 'boolean') return value === 'true'
  return schema.type === 'array' ? value.split(',').map((item) => item.trim()) : value
}
