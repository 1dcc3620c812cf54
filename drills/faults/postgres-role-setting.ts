import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { databaseRole, endSessionsOf } from '../database-roles.ts'

const params = z.object({
  role: databaseRole.describe('Role that gets the setting'),
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  name: z.enum(['search_path', 'idle_in_transaction_session_timeout', 'lock_timeout', 'default_transaction_isolation', 'work_mem'])
    .describe('Parameter of PostgreSQL'),
  // oxfmt-ignore
  value: z.string().regex(/^[a-z0-9_ ]{1,40}$/, 'a plain value')
    .describe('Its value, as PostgreSQL takes it; for a timeout, a number without a unit is in milliseconds'),
})

/** A parameter that somebody set for one role: every session that it begins from then on has it. */
export const postgresRoleSetting = defineFault<typeof params, { role: string; name: string }>({
  id: 'postgres-role-setting',
  title: 'A database setting of one role',
  effect: 'One service is served by PostgreSQL in another way than it expects',
  category: 'database',
  params,
  plan: async (_context, { role, name }) => ({ role, name }),
  async inject({ range }, { role, name, value }) {
    await range.database.query(`alter role ${role} set ${name} = '${value}'`)
    await endSessionsOf(range, [role])
  },
  async revert({ range }, undo) {
    const { role, name } = params.omit({ value: true }).parse(undo)
    if ((await setting(range, role, name)) === null) return
    await range.database.query(`alter role ${role} reset ${name}`)
    await endSessionsOf(range, [role])
  },
  observe: ({ range }, { role, name }) => setting(range, role, name),
})

/** `name=value`, or null where the default applies. */
async function setting(range: Range, role: string, name: string): Promise<string | null> {
  const rows = await range.database.query<{ setting: string }>(
    `select setting from pg_roles, unnest(rolconfig) as setting where rolname = $1 and setting like $2`,
    [role, `${name}=%`],
  )
  return rows[0]?.setting ?? null
}
