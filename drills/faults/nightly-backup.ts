import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { backupsOf } from '../table-copy.ts'

/** Breaks nothing: provides the backups that a drill about lost data needs, and removes them with the drill. */
export const nightlyBackup = defineFault({
  id: 'nightly-backup',
  title: 'The database is backed up',
  effect: 'Base backups and an archive of the WAL are there, from which data can be restored',
  category: 'database',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    backups: z.number().int().min(1).max(3).default(1).describe('How many base backups, made one after the other'),
    newest: z.enum(['good', 'damaged']).default('good').describe('Whether the newest one is usable; a damaged one has not been checked'),
  }),
  needs: () => ['backups'],
  plan: async () => ({}),
  async inject({ range }, { backups: count, newest }) {
    const backups = backupsOf(range)
    await backups.archive()
    for (let made = (await backups.status()).backups.length; made < count; made++) {
      const isDamaged = made === count - 1 && newest === 'damaged'
      const { name } = await backups.make({ check: !isDamaged })
      if (isDamaged) await backups.damage(name)
    }
  },
  revert: async ({ range }) => range.backups?.remove(),
  async observe({ range }) {
    const { backups, archive } = await backupsOf(range).status()
    return { backups: backups.length, archives: archive.running }
  },
})
