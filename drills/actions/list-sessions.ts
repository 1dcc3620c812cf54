import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const listSessions = defineAction({
  id: 'list-sessions',
  title: 'List database sessions',
  description: 'What each session of PostgreSQL does, for how long, and which other sessions it waits for.',
  kind: 'inspect',
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'the sessions of PostgreSQL' }),
  async run({ range }) {
    const rows = await range.database.query(
      `select pid, application_name as application, state, wait_event_type as waits_for,
         nullif(array_to_string(pg_blocking_pids(pid), ', '), '') as blocked_by,
         round(extract(epoch from now() - xact_start)::numeric, 1)::float as transaction_seconds,
         left(regexp_replace(query, '\\s+|/\\*.*?\\*/', ' ', 'g'), 160) as statement
       from pg_stat_activity
       where datname = 'shop' and pid <> pg_backend_pid() and application_name not in ('firedrill', 'firedrill-probe', 'postgres_exporter')
       order by xact_start nulls last`,
    )
    const blocked = rows.filter((row) => row['blocked_by'] !== null).length
    return { summary: `${rows.length} sessions, ${blocked} of them blocked by another`, rows }
  },
})
