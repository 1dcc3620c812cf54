import { useId } from 'react'
import { boundsOf, isNumeric, paramHelp, type ParamSchema, type ParamsSchema } from '../../../model/params.ts'
import type { ParamValues } from './param-values.ts'

/** `maxBytes` → `max bytes`. */
const words = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()

/** By parameter and value, why it cannot be chosen. */
export type Unavailable = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Props {
  schema: ParamsSchema
  values: ParamValues
  unavailable?: Unavailable
  onChange(values: ParamValues): void
}

/** One field for each parameter, by its type, each with its description and values. */
export function ParamFields({ schema, values, unavailable = {}, onChange }: Props) {
  return Object.entries(schema.properties ?? {}).map(([name, param]) => (
    <ParamField
      key={name}
      name={name}
      param={param}
      required={schema.required?.includes(name) === true && param.default === undefined}
      value={values[name] ?? ''}
      unavailable={unavailable[name] ?? {}}
      onChange={(value) => onChange({ ...values, [name]: value })}
    />
  ))
}

interface FieldProps {
  name: string
  param: ParamSchema
  required: boolean
  value: string
  unavailable: Unavailable[string]
  onChange(value: string): void
}

function ParamField({ name, param, required, value, unavailable, onChange }: FieldProps) {
  const help = paramHelp(param)
  const helpId = useId()
  const common = {
    required,
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
    ...(help === '' ? {} : { 'aria-describedby': helpId }),
  }
  const choices = param.enum ?? (param.type === 'boolean' ? [true, false] : null)
  return (
    <div className="param">
      <label>
        {words(name)}
        {choices ? (
          <select {...common}>
            <option value="">choose…</option>
            {choices.map(String).map((choice) => (
              <option key={choice} value={choice} disabled={choice in unavailable}>
                {choice in unavailable ? `${choice} (${unavailable[choice]})` : choice}
              </option>
            ))}
          </select>
        ) : (
          <input
            {...common}
            {...(isNumeric(param) ? { type: 'number', step: param.type === 'integer' ? 1 : 'any', ...boundsOf(param) } : {})}
          />
        )}
      </label>
      {help !== '' && (
        <small id={helpId} className="quiet">
          {help}
        </small>
      )}
    </div>
  )
}
