import { databaseRole } from '../database-roles.ts'
import { grantRights, missingRights } from '../database-rights.ts'
import { defineResource, listed } from './resource.ts'

/** On a fresh range, each service has all rights on its own tables. */
export const databaseRights = defineResource<string[]>({
  id: 'database-rights',
  title: "rights on the database's tables",
  after: ['datastores'],
  read: (range) => missingRights(range),
  differs: (found) => listed(found.map((right) => `missing: ${right}`)),
  async restore(range, found) {
    for (const role of databaseRole.options) if (found.some((right) => right.includes(` on ${role}.`))) await grantRights(range, role)
  },
})
