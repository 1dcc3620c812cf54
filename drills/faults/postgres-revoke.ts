import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { databaseRole } from '../database-roles.ts'
import { missingRights, tableName, tableRight } from '../database-rights.ts'

const params = z.object({ table: tableName.describe('Table of the service'), right: tableRight.describe('Right that is taken away') })
const ownerOf = (table: string) => databaseRole.parse(table.split('.')[0])

/** An excessive hardening of the database: a service lacks one right on one of its tables. */
export const postgresRevoke = defineFault<typeof params, z.output<typeof params>>({
  id: 'postgres-revoke',
  title: 'A right is taken away',
  effect: 'One service is refused one kind of statement on one table',
  category: 'database',
  params,
  plan: async (_context, given) => given,
  inject: async ({ range }, { table, right }) => void (await range.database.query(`revoke ${right} on ${table} from ${ownerOf(table)}`)),
  async revert({ range }, undo) {
    const { table, right } = params.parse(undo)
    await range.database.query(`grant ${right} on ${table} to ${ownerOf(table)}`)
  },
  observe: async ({ range }, { table, right }) => (await missingRights(range)).includes(`${right} on ${table}`),
})
