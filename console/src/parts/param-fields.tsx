interface ParamSchema {
  enum?: string[]
  type?: string
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
}
/** JSON Schema of an object of plain values, as the server makes it from its zod schemas. */
export interface ParamsSchema {
  properties?: Record<string, ParamSchema>
  required?: string[]
}
export type ParamValues = Record<string, string>

const isNumber = ({ type }: ParamSchema): boolean => type === 'integer' || type === 'number'

export const initialValues = ({ properties = {} }: ParamsSchema): ParamValues =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, schema.default === undefined ? '' : String(schema.default)]))

/** What was typed, as the schema's types; what was left empty and need not be given is left out. */
export const typedValues = ({ properties = {}, required = [] }: ParamsSchema, values: ParamValues): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, schema]) => {
      const value = values[name] ?? ''
      if (value === '' && !required.includes(name)) return []
      return [[name, isNumber(schema) ? Number(value) : value]]
    }),
  )

/** `maxBytes` → `max bytes`. */
const words = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

interface Props {
  schema: ParamsSchema
  values: ParamValues
  onChange(values: ParamValues): void
}

/** One field for each parameter, by its type. */
export function ParamFields({ schema, values, onChange }: Props) {
  return Object.entries(schema.properties ?? {}).map(([name, param]) => {
    const common = {
      required: schema.required?.includes(name) === true && param.default === undefined,
      value: values[name] ?? '',
      onChange: (event: { target: { value: string } }) => onChange({ ...values, [name]: event.target.value }),
    }
    return (
      <label key={name}>
        {words(name)}
        {param.enum ? (
          <select {...common}>
            <option value="">choose…</option>
            {param.enum.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        ) : (
          <input {...common} {...(isNumber(param) ? { type: 'number', step: param.type === 'integer' ? 1 : 'any' } : {})} />
        )}
      </label>
    )
  })
}
