import { z } from 'zod'
import { FiredrillError } from '../model/errors.ts'
import type { Backups, Range } from '../model/range.ts'
import { tableName } from './database-rights.ts'

/** Number of rows read, and written, at once. */
const batch = 2_000

export type TableName = z.output<typeof tableName>

/** The backups of a range; throws `unsupported` if it has none. */
export function backupsOf({ backups }: Pick<Range, 'backups'>): Backups {
  if (!backups) throw new FiredrillError('unsupported', 'the database cannot be backed up where the shop runs now')
  return backups
}

/** Numbers of rows in each of the shop's tables: in the restored server, and in the live one. */
export async function comparedTables(range: Range): Promise<{ table: TableName; restored: number; live: number }[]> {
  const counts = `select ${tableName.options.map((table) => `(select count(*)::int from ${table}) as "${table}"`).join(', ')}`
  const [[restored = {}], [live = {}]] = await Promise.all([
    backupsOf(range).query<Record<string, number>>(counts),
    range.database.query<Record<string, number>>(counts),
  ])
  return tableName.options.map((table) => ({ table, restored: Number(restored[table] ?? 0), live: Number(live[table] ?? 0) }))
}

/** The columns of a table in order, and which of them are its key. */
async function columnsOf(range: Range, table: TableName): Promise<{ all: string[]; key: string[] }> {
  const rows = await range.database.query<{ name: string; in_key: boolean }>(
    `select a.attname::text as name, coalesce(a.attnum = any (i.indkey), false) as in_key
     from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table],
  )
  return { all: rows.map(({ name }) => name), key: rows.flatMap(({ name, in_key }) => (in_key ? [name] : [])) }
}

/** Calls a function with all rows of the restored table, in the order of its key, and adds up the results. */
async function eachBatch(
  range: Range,
  table: TableName,
  key: readonly string[],
  write: (rows: string) => Promise<number>,
): Promise<number> {
  let changed = 0
  for (let from = 0; ; from += batch) {
    const [page] = await backupsOf(range).query<{ rows: string; count: number }>(
      `select coalesce(jsonb_agg(r), '[]')::text as rows, count(*)::int as count
       from (select * from ${table} order by ${key.join(', ')} limit ${batch} offset ${from}) r`,
    )
    if (!page || page.count === 0) return changed
    changed += await write(page.rows)
    if (page.count < batch) return changed
  }
}

const changedIn = (rows: { changed: number }[]): number => Number(rows[0]?.changed ?? 0)

/** Inserts the rows of the restored table that the live one lacks, by its key; all others stay unchanged. Resolves to how many. */
export async function copyMissingRows(range: Range, table: TableName): Promise<number> {
  const { all, key } = await columnsOf(range, table)
  const columns = all.join(', ')
  return eachBatch(range, table, key, async (rows) =>
    changedIn(
      await range.database.query<{ changed: number }>(
        `with copied as (
           insert into ${table} (${columns}) overriding system value
           select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict do nothing returning 1)
         select count(*)::int as changed from copied`,
        [rows],
      ),
    ),
  )
}

/**
 * Sets columns of rows that are in both tables to the restored values; with `now`, only in rows whose first such column has exactly that value.
 * Inserts nothing. Resolves to how many rows changed. Throws `bad-request` for columns that the table does not have, or that are part of its key.
 */
export async function overwriteColumns(range: Range, table: TableName, columns: readonly string[], now?: string): Promise<number> {
  const { all, key } = await columnsOf(range, table)
  const able = all.filter((name) => !key.includes(name))
  const wrong = columns.filter((name) => !able.includes(name))
  if (columns.length === 0 || wrong.length > 0) {
    const what =
      columns.length === 0 ? 'name the columns to overwrite' : `${table} has no column ${wrong.join(', ')} that can be overwritten`
    throw new FiredrillError('bad-request', `${what}: choose ${able.join(', ')}`)
  }
  const differs = `(${columns.map((name) => `t.${name}`).join(', ')}) is distinct from (${columns.map((name) => `r.${name}`).join(', ')})`
  return eachBatch(range, table, key, async (rows) =>
    changedIn(
      await range.database.query<{ changed: number }>(
        `with changed as (
           update ${table} t set ${columns.map((name) => `${name} = r.${name}`).join(', ')}
           from jsonb_populate_recordset(null::${table}, $1::jsonb) r
           where ${key.map((name) => `t.${name} = r.${name}`).join(' and ')} and ${differs}
             and ($2::text is null or t.${columns[0]}::text = $2) returning 1)
         select count(*)::int as changed from changed`,
        [rows, now ?? null],
      ),
    ),
  )
}
