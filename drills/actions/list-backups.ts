import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { backupsOf } from '../table-copy.ts'

export const listBackups = defineAction({
  id: 'list-backups',
  title: 'List backups',
  description:
    'Base backups of the database, and whether each passed its check; how far the archive of its WAL reaches; and the restored server, if there is one. Times are UTC.',
  kind: 'inspect',
  needs: ['backups'],
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'the backups of PostgreSQL' }),
  async run({ range }) {
    const { backups, archive, restored } = await backupsOf(range).status()
    const reach = archive.until === null ? 'no WAL is archived' : `WAL is archived until ${archive.until}`
    const beside = restored ? `a server restored to ${restored.until} runs` : 'no restored server runs'
    return {
      summary: `${backups.length} base backups; ${reach}; ${beside}`,
      rows: backups.map(({ name, endedAt, sizeBytes, lsn, check, detail }) => ({
        backup: name,
        restores_from: endedAt,
        size_mb: Math.round(sizeBytes / 1_000_000),
        wal_from: lsn,
        check: check === 'not-run' ? 'not checked' : check,
        detail: detail ?? '',
      })),
    }
  },
})
