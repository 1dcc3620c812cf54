import { databaseRole, endSessionsOf } from '../database-roles.ts'
import { defineResource, listed } from './resource.ts'

interface Found {
  limits: { role: string; limit: number }[]
  /** For a role, or for all (`-`). */
  settings: { role: string; config: string[] }[]
}
const owners: readonly string[] = databaseRole.options

/** Limits and settings of roles that no fresh range has. */
export const databaseRoles = defineResource<Found>({
  id: 'database-roles',
  title: "limits and settings of the database's roles",
  after: ['datastores', 'jobs'],
  async read(range) {
    const [limits, settings] = await Promise.all([
      range.database.query<{ role: string; limit: number }>(
        `select rolname as role, rolconnlimit as limit from pg_roles where rolconnlimit >= 0 and rolname = any ($1) order by 1`,
        [owners],
      ),
      range.database.query<{ role: string; config: string[] }>(
        `select case when setrole = 0 then '-' else setrole::regrole::text end as role, setconfig as config from pg_db_role_setting order by 1`,
      ),
    ])
    return { limits, settings: settings.filter(({ role }) => role === '-' || owners.includes(role)) }
  },
  differs: ({ limits, settings }) =>
    listed([
      ...limits.map(({ role, limit }) => `${role} may have ${limit} connections`),
      ...settings.map(({ role, config }) => `${role === '-' ? 'the database' : role} has ${config.join(', ')}`),
    ]),
  async restore(range, { limits, settings }) {
    for (const { role } of limits) await range.database.query(`alter role ${role} connection limit -1`)
    for (const { role } of settings)
      await range.database.query(role === '-' ? 'alter database shop reset all' : `alter role ${role} reset all`)
    // A session keeps the settings that it began with.
    if (settings.length > 0) await endSessionsOf(range, owners)
  },
})
