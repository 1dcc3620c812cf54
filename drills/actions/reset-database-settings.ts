import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { databaseRole } from '../database-roles.ts'

const owner = z.enum(['everyone', ...databaseRole.options])

export const resetDatabaseSettings = defineAction({
  id: 'reset-database-settings',
  title: 'Reset database settings',
  description: 'Takes back what was set for a role, or for everyone in the database of the shop, and ends the sessions that began with it.',
  kind: 'change',
  caution: 'Transactions of those sessions are rolled back.',
  params: z.object({ role: owner.describe('Role whose settings are reset, or everyone') }),
  async run({ range }, { role }) {
    if (role === 'everyone') {
      await range.database.query('alter database shop reset all')
    } else {
      await range.database.query(`alter role ${role} reset all`)
      await range.database.query(`alter role ${role} connection limit -1`)
    }
    await range.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = 'shop' and application_name in ('catalog', 'inventory', 'orders', 'payments', 'fulfilment') and ($1 = 'everyone' or usename = $1)`,
      [role],
    )
    return { summary: `the settings of ${role} are the defaults` }
  },
})
