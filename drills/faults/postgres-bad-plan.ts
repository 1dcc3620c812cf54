import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { databaseRole, endSessionsOf } from '../database-roles.ts'

const settings = ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan'] as const

/** Planner settings of one role that somebody tried out and left behind. */
export const postgresBadPlan = defineFault({
  id: 'postgres-bad-plan',
  title: 'Bad query plans',
  effect: 'Statements of one service read whole tables where an index would do',
  category: 'database',
  params: z.object({ role: databaseRole.describe('Role whose planner settings are changed') }),
  plan: async (_context, params) => ({ role: params.role }),
  async inject({ range }, params) {
    for (const name of settings) await range.database.query(`alter role ${params.role} set ${name} = off`)
    await endSessionsOf(range, [params.role])
  },
  async revert({ range }, undo) {
    const name = databaseRole.parse(undo.role)
    if (!(await configured(range, name))) return
    for (const setting of settings) await range.database.query(`alter role ${name} reset ${setting}`)
    await endSessionsOf(range, [name])
  },
  observe: ({ range }, params) => configured(range, params.role),
})

async function configured(range: Range, name: string): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_roles where rolname = $1 and 'enable_indexscan=off' = any (rolconfig)`, [name])
  return rows.length > 0
}
