import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const listDatabaseSettings = defineAction({
  id: 'list-database-settings',
  title: 'List database settings',
  description:
    'What was set for single roles, for the database of the shop or for the whole server: connection limits and parameters that differ from the default.',
  kind: 'inspect',
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'the settings of PostgreSQL' }),
  async run({ range }) {
    const rows = await range.database.query(
      `select coalesce(r.rolname, 'everyone') as role, unnest(s.setconfig) as setting
       from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
       where d.datname = 'shop' or s.setdatabase = 0
       union all
       select rolname, 'connection limit=' || rolconnlimit from pg_roles where rolconnlimit >= 0
       union all
       select 'the whole server', name || '=' || setting from pg_file_settings where sourcefile like '%postgresql.auto.conf' order by 1, 2`,
    )
    const used = await range.database.query<{ used: number; most: number }>(
      `select count(*)::int as used, current_setting('max_connections')::int as most from pg_stat_activity where backend_type = 'client backend'`,
    )
    return {
      summary: `${rows.length} settings differ; ${used[0]?.used} of ${used[0]?.most} connections are in use`,
      rows,
    }
  },
})
