import type { Range } from '../model/range.ts'

export interface ServerSetting extends Record<string, unknown> {
  name: string
  value: string
}

/** Settings for the whole server by `ALTER SYSTEM`; a fresh range has none. */
export const serverSettings = (range: Range): Promise<ServerSetting[]> =>
  range.database.query<ServerSetting>(
    `select name, setting as value from pg_file_settings where sourcefile like '%postgresql.auto.conf' order by 1`,
  )

export async function resetServerSettings(range: Range): Promise<void> {
  await range.database.query('alter system reset all')
  await range.database.query('select pg_reload_conf()')
}
