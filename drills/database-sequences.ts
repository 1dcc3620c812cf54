import type { Range } from '../model/range.ts'
import { databaseRole } from './database-roles.ts'

/** The largest `bigint`: the limit of each of the shop's sequences on a fresh range. */
export const furthest = '9223372036854775807'

export interface Sequence extends Record<string, unknown> {
  /** `schema.sequence` */
  name: string
  /** A bigint, as text: the last value; null before the first. */
  last: string | null
  /** A bigint, as text. */
  most: string
}

/** The sequences behind the keys of the shop's tables, the fullest first. */
export const sequences = (range: Range): Promise<Sequence[]> =>
  range.database.query<Sequence>(
    `select schemaname || '.' || sequencename as name, last_value::text as last, max_value::text as most
     from pg_sequences where schemaname = any ($1) order by last_value::numeric / max_value desc nulls last, 1`,
    [databaseRole.options],
  )

export const letCountOn = (range: Range, name: string) => range.database.query(`alter sequence ${quoted(name)} no maxvalue`)

const quoted = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
