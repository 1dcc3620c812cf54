import type { Range, VolumeFile } from '../model/range.ts'
import { until } from '../model/until.ts'
import { databaseRole } from './database-roles.ts'
import { volumeNamed, volumesOf } from './volumes.ts'

/** The journal: an immutable copy of each row that a service writes, in a tablespace of its own. */
const tablespace = 'journal'
const trigger = 'journal_rows'
/** The journal of last year, in the same tablespace. */
const lastYear = 'journal_2025'
const rowsOnPage = 12
/** How often the largest volume can be halved until one page is left. */
const mostRounds = 12

const schemaOf = (table: string): string => table.split('.')[0] ?? ''

/** Keeps a journal of a table in a folder of the database's host; idempotent. */
export async function keepJournal(range: Range, table: string, folder: string): Promise<void> {
  const { database } = range
  const schema = schemaOf(table)
  // CREATE TABLESPACE cannot run inside a transaction.
  if (!(await hasTablespace(range))) await database.query(`create tablespace ${tablespace} location '${folder.replaceAll("'", "''")}'`)
  await database.query(`create table if not exists ${schema}.journal
    (id bigint generated always as identity, at timestamp with time zone not null default now(), entry jsonb not null) tablespace ${tablespace}`)
  await database.query(`alter table ${schema}.journal owner to ${schema}`)
  await database.query(`create or replace function ${schema}.journal_row() returns trigger language plpgsql as $$
    begin
      insert into ${schema}.journal (entry) values (to_jsonb(new));
      return new;
    end $$`)
  await database.query(`alter function ${schema}.journal_row() owner to ${schema}`)
  await database.query(
    `create or replace trigger ${trigger} after insert on ${table} for each row execute function ${schema}.journal_row()`,
  )
}

/** Fills the journal's volume with last year's journal, and leaves `spareKilobytes` free. */
export async function keepLastYear(range: Range, table: string, spareKilobytes: number): Promise<void> {
  const { database } = range
  const name = `${schemaOf(table)}.${lastYear}`
  await database.query(`create table if not exists ${name} (id bigint, at timestamp with time zone, entry text)
    with (autovacuum_enabled = off) tablespace ${tablespace}`)
  await database.query(`alter table ${name} owner to ${schemaOf(table)}`)
  // Half of what is left each time: what PostgreSQL keeps beside the rows takes space as well.
  for (let round = 0; round < mostRounds; round++) {
    const volume = await volumeNamed(range, 'journal')
    const pages = Math.floor(((volume?.freeBytes ?? 0) / 1_024 - spareKilobytes) / 8 / 2)
    if (pages > 0)
      await database.query(
        `insert into ${name} select n, timestamp '2025-01-01' + n * interval '1 minute', rpad('{"id": ' || n, 600, '.') || '}' from generate_series(1, $1::integer) n`,
        [pages * rowsOnPage],
      )
  }
}

/** Tablespaces outside the default one, and journals of tables; a fresh range has neither. */
export async function journalsFound(range: Range): Promise<string[]> {
  const rows = await range.database.query<{ found: string }>(
    `select 'the tablespace ' || spcname as found from pg_tablespace where spcname not in ('pg_default', 'pg_global')
     union select format('the table %s.%s', schemaname, tablename) from pg_tables
       where schemaname = any ($1) and tablename in ('journal', $2)
     order by 1`,
    [databaseRole.options, lastYear],
  )
  return rows.map(({ found }) => found)
}

/** Whether a table has a journal. */
export async function hasJournal(range: Range, table: string): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_trigger where tgname = $1 and tgrelid = $2::regclass`, [trigger, table])
  return rows.length > 0
}

/** Drops all journals and their tablespace; other tables in it are moved to the default tablespace. Idempotent. */
export async function dropJournals(range: Range): Promise<void> {
  const { database } = range
  for (const schema of databaseRole.options) {
    // This drops its triggers as well.
    await database.query(`drop function if exists ${schema}.journal_row() cascade`)
    await database.query(`drop table if exists ${schema}.journal, ${schema}.${lastYear}`)
  }
  const others = await database.query<{ kind: string; name: string }>(
    `select case c.relkind when 'i' then 'index' else 'table' end as kind, c.oid::regclass::text as name
     from pg_class c join pg_tablespace t on t.oid = c.reltablespace
     where t.spcname not in ('pg_default', 'pg_global') and c.relkind in ('r', 'i', 'm')`,
  )
  for (const { kind, name } of others) await database.query(`alter ${kind} ${name} set tablespace pg_default`)
  if (await hasTablespace(range)) await database.query(`drop tablespace ${tablespace}`)
}

async function hasTablespace({ database }: Range): Promise<boolean> {
  return (await database.query('select 1 from pg_tablespace where spcname = $1', [tablespace])).length > 0
}

/** The program that exports a journal, as lists of jobs and sessions show it. */
export const exportJob = 'journal-export'

/** Starts an export of the journal to its own volume, and deletes the file as soon as it is written: the export still has it open. */
export async function exportAndDelete(range: Range, folder: string, spareKilobytes: number): Promise<void> {
  const volumes = volumesOf(range)
  const file = 'journal-export.csv'
  const before = await volumeNamed(range, 'journal')
  if (!before || before.held.length > 0) return
  // Whole pages are left, and the line beyond them makes the database write what is before it.
  const bytes = before.freeBytes - Math.floor(spareKilobytes / 8) * 8_192 + 128
  await range.jobs.start(exportJob, { EXPORT_FILE: `${folder}/${file}`, EXPORT_BYTES: String(bytes) })
  const isWritten = ({ isOwn, bytes: written }: VolumeFile) => !isOwn && written >= bytes - 64 * 1_024
  await until('the export of the journal', 20_000, async () => (await volumeNamed(range, 'journal'))?.files.some(isWritten), 200)
  await volumes.delete('journal', file)
}

/** Ends exports: a session that writes to a file does not notice at once that its client has left. */
export const endExports = ({ database }: Range) =>
  database.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [exportJob])
