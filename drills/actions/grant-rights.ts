import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { databaseRole } from '../database-roles.ts'
import { grantRights } from '../database-rights.ts'

export const grantRightsAction = defineAction({
  id: 'grant-rights',
  title: 'Grant rights on tables',
  description: 'Gives a service all rights on the tables of its own schema.',
  kind: 'change',
  params: z.object({ role: databaseRole.describe('Service that gets the rights') }),
  async run({ range }, { role }) {
    await grantRights(range, role)
    return { summary: `${role} may read and write all tables of its schema` }
  },
})
