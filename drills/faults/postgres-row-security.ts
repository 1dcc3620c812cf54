import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

const table = 'orders.outbox'
const policy = 'write_only'

/** Rows can be written, but only a superuser can see them: queries by anybody else return none. */
export const postgresRowSecurity = defineFault({
  id: 'postgres-row-security',
  title: 'Row security that hides messages',
  effect: 'Orders are confirmed and never announced, and every list of what waits is empty',
  category: 'database',
  params: z.object({}),
  plan: async () => ({}),
  async inject({ range }) {
    if ((await state(range)).policies === 0) await range.database.query(`create policy ${policy} on ${table} for insert with check (true)`)
    await range.database.query(`alter table ${table} enable row level security, force row level security`)
  },
  async revert({ range }) {
    await range.database.query(`alter table ${table} disable row level security, no force row level security`)
    await range.database.query(`drop policy if exists ${policy} on ${table}`)
  },
  observe: ({ range }) => state(range),
})

async function state(range: Range): Promise<{ enabled: boolean; forced: boolean; policies: number }> {
  const rows = await range.database.query<{ enabled: boolean; forced: boolean; policies: number }>(
    `select relrowsecurity as enabled, relforcerowsecurity as forced,
       (select count(*)::int from pg_policy p where p.polrelid = c.oid and p.polname = $2) as policies
     from pg_class c where c.oid = $1::regclass`,
    [table, policy],
  )
  return rows[0] ?? { enabled: false, forced: false, policies: 0 }
}
