import { databaseRole } from '../database-roles.ts'
import { grantRights, missingRights } from '../database-rights.ts'
import { defineResource, listed } from './resource.ts'

/** Each service may do everything to its own tables on a fresh range. */
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
