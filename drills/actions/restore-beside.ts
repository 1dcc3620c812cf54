import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { restoreTime } from '../restore-time.ts'
import { backupsOf, comparedTables } from '../table-copy.ts'

export const restoreBeside = defineAction({
  id: 'restore-beside',
  title: 'Restore the database beside the live one',
  description:
    'Starts a second, read-only server with all that was committed until a time (UTC, 14:03:27 or date and time), and compares its tables with the live ones. The live server goes on. It begins with the newest base backup before that time, unless you name another. Where the shop is on this host, psql -h restored reads it in a terminal.',
  kind: 'change',
  needs: ['backups'],
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    until: z.string().min(1).max(40).describe('The last moment that is to be in it: a time of today as HH:MM:SS, or in ISO 8601'),
    backup: z.string().max(40).optional().describe('A base backup, by its name in the list of backups; without one, the newest that ended before'),
  }),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'a restored copy of PostgreSQL' }),
  async run({ range }, { until, backup }) {
    const restored = await backupsOf(range).restore(restoreTime(until, Date.now()), backup || undefined)
    const tables = await comparedTables(range)
    const more = tables
      .filter(({ restored: there, live }) => there > live)
      .map(({ table, restored: there, live }) => `${there - live} in ${table}`)
    return {
      summary: `the database as of ${restored.until} is beside the live one, from base backup ${restored.backup}; rows that the live one lacks: ${more.join(', ') || 'none'}`,
      rows: tables,
    }
  },
})
