import { defaultInWords, valuesInWords, type ParamsSchema } from '../model/params.ts'
import { print, printTable } from './output.ts'

/** The names of all parameters, for a list of faults or actions. */
export const paramNames = ({ properties = {} }: ParamsSchema): string => Object.keys(properties).join(' ')

/** Prints each parameter with its values, default and description. */
export function printParams({ properties = {}, required = [] }: ParamsSchema): void {
  const rows = Object.entries(properties).map(([name, schema]) => ({
    parameter: name,
    values: valuesInWords(schema),
    default: defaultInWords(schema) ?? (required.includes(name) ? '(required)' : ''),
    description: schema.description ?? '',
  }))
  if (rows.length === 0) print('It takes no parameters.')
  else printTable(rows)
}
