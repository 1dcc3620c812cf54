import { serviceNames } from '../../model/components.ts'
import { defineResource, listed } from './resource.ts'

/** The users of a fresh range's database. */
const usual: readonly string[] = [...serviceNames, 'firedrill', 'firedrill-probe', 'postgres_exporter']

/** Sessions of other users: one that was left open in a transaction holds its locks. */
export const databaseSessions = defineResource<string[]>({
  id: 'database-sessions',
  title: "others' sessions in the database",
  after: ['datastores', 'jobs'],
  async read(range) {
    // A session that is being opened at this moment has no name and no state yet.
    const rows = await range.database.query<{ name: string }>(
      `select distinct application_name as name from pg_stat_activity
       where datname = 'shop' and backend_type = 'client backend' and state is not null and application_name <> all ($1)
       order by 1`,
      [usual],
    )
    return rows.map(({ name }) => name)
  },
  differs: (found) => listed(found.map((name) => `'${name}' is connected`)),
  restore: async (range, found) =>
    void (await range.database.query(
      `select pg_terminate_backend(pid, 2000) from pg_stat_activity where datname = 'shop' and application_name = any ($1)`,
      [found],
    )),
})
