import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { databaseRole, endSessionsOf } from '../database-roles.ts'

/** Lowers the number of connections that a service may have and closes its existing ones: the rest must do for all its requests. */
export const postgresConnectionLimit = defineFault({
  id: 'postgres-connection-limit',
  title: 'Too few database connections',
  effect: 'A service cannot get a connection for most of its requests',
  category: 'database',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    role: databaseRole.describe('Role that is limited'),
    limit: z.number().int().min(0).max(10).default(1).describe('Connections that it may have')
  }),
  plan: async (context, params) => ({ role: params.role, before: await limitOf(context.range, params.role) }),
  async inject({ range }, params) {
    await range.database.query(`alter role ${params.role} connection limit ${params.limit}`)
    await endSessionsOf(range, [params.role])
  },
  async revert({ range }, undo) {
    await range.database.query(`alter role ${databaseRole.parse(undo.role)} connection limit ${Number(undo.before)}`)
  },
  observe: ({ range }, params) => limitOf(range, params.role),
})

/** -1 is no limit. */
async function limitOf(range: Range, name: string): Promise<number> {
  const rows = await range.database.query<{ rolconnlimit: number }>('select rolconnlimit from pg_roles where rolname = $1', [name])
  return rows[0]?.rolconnlimit ?? -1
}
