import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { serverSettings } from '../server-settings.ts'

/** PostgreSQL is told to confirm nothing that a standby has not confirmed as well, and there is none: every commit waits for it. */
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
