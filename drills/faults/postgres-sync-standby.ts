import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { serverSettings } from '../server-settings.ts'

/** PostgreSQL must wait for a standby to confirm every commit, and there is none: all commits hang. */
export const postgresSyncStandby = defineFault({
  id: 'postgres-sync-standby',
  title: 'Commits wait for a standby that is not there',
  effect: 'Reads go on, and every write hangs at its commit',
  category: 'database',
  params: z.object({
    standby: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,30}$/)
      .default('standby_b')
      .describe('Name of the standby for which commits wait'),
  }),
  plan: async () => ({ name: 'synchronous_standby_names' }),
  async inject({ range }, { standby }) {
    await range.database.query(`alter system set synchronous_standby_names = '${standby}'`)
    await range.database.query('select pg_reload_conf()')
  },
  async revert({ range }) {
    await range.database.query('alter system reset synchronous_standby_names')
    await range.database.query('select pg_reload_conf()')
  },
  observe: async ({ range }) => (await serverSettings(range)).map(({ name, value }) => `${name}=${value}`),
})
