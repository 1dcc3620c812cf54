import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** The database accepts no writes, like a replica that was only half promoted. */
export const postgresReadOnly = defineFault({
  id: 'postgres-read-only',
  title: 'PostgreSQL read-only',
  effect: 'Reads go on, every write is refused',
  category: 'database',
  params: z.object({}),
  plan: async ({ range }) => ({ before: await readOnly(range) }),
  async inject({ range }) {
    await range.database.query('alter database shop set default_transaction_read_only = on')
    await endSessions(range)
  },
  async revert({ range }, { before }) {
    if (before || !(await readOnly(range))) return
    await range.database.query('alter database shop reset default_transaction_read_only')
    await endSessions(range)
  },
  observe: ({ range }) => readOnly(range),
})

async function readOnly(range: Range): Promise<boolean> {
  const rows = await range.database.query(
    `select 1 from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
     where d.datname = 'shop' and s.setrole = 0 and 'default_transaction_read_only=on' = any (s.setconfig)`,
  )
  return rows.length > 0
}

/** A session keeps the settings that it began with, so the services open new ones. */
const endSessions = (range: Range) =>
  range.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = 'shop' and application_name in ('catalog', 'inventory', 'orders', 'payments', 'fulfilment')`,
  )
