import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

/** Long enough for a busy statement to have run, and short enough to answer within two seconds. */
const lookMs = 1_000
const perSecond = (count: number): number => Math.round((count * 1_000) / lookMs)

export const listStatements = defineAction({
  id: 'list-statements',
  title: 'List what costs the database most',
  description: 'The statements that take most of the time of PostgreSQL, measured over one second: calls, mean time, rows, blocks read.',
  kind: 'inspect',
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'what costs PostgreSQL most' }),
  async run({ range }) {
    const read = () =>
      range.database.query<Statement>(
        `select userid::regrole::text as service, s.queryid::text as id, sum(calls)::float as calls, sum(total_exec_time)::float as ms, sum(rows)::float as rows,
           sum(shared_blks_hit + shared_blks_read)::float as blocks, max(left(regexp_replace(query, '\\s+', ' ', 'g'), 160)) as statement
         from pg_stat_statements s join pg_database d on d.oid = s.dbid and d.datname = 'shop'
         where userid::regrole::text <> 'postgres' group by 1, 2`,
      )
    const before = new Map((await read()).map((row) => [row.service + row.id, row]))
    await new Promise((resolve) => setTimeout(resolve, lookMs))
    const rows = (await read())
      .map((row) => {
        const earlier = before.get(row.service + row.id)
        const calls = row.calls - (earlier?.calls ?? 0)
        const ms = row.ms - (earlier?.ms ?? 0)
        return {
          service: row.service,
          calls_per_s: perSecond(calls),
          mean_ms: calls > 0 ? Number((ms / calls).toFixed(2)) : 0,
          busy_ms_per_s: perSecond(ms),
          rows_per_call: calls > 0 ? Math.round((row.rows - (earlier?.rows ?? 0)) / calls) : 0,
          blocks_per_call: calls > 0 ? Math.round((row.blocks - (earlier?.blocks ?? 0)) / calls) : 0,
          statement: row.statement,
        }
      })
      .filter((row) => row.calls_per_s > 0 || row.busy_ms_per_s > 0)
      .toSorted((a, b) => b.busy_ms_per_s - a.busy_ms_per_s)
      .slice(0, 12)
    const busy = rows.reduce((sum, row) => sum + row.busy_ms_per_s, 0)
    return { summary: `statements keep PostgreSQL busy for ${busy} ms of each second`, rows }
  },
})

interface Statement extends Record<string, unknown> {
  service: string
  id: string
  calls: number
  ms: number
  rows: number
  blocks: number
  statement: string
}
