import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { stopJobs } from '../jobs.ts'
import { dropJournals, endExports, exportAndDelete, exportJob, hasJournal, keepJournal, keepLastYear } from '../journal.ts'
import { fillVolume, volumeNamed, volumesOf } from '../volumes.ts'

const megabyte = 1_024 * 1_024

/** A table's journal is on a small volume that is full: a row cannot be written if its journal entry cannot. */
export const journalFull = defineFault({
  id: 'journal-full',
  title: 'A disk of the database is full',
  effect: 'Rows are read, and none is written: No space left on device',
  category: 'database',
  needs: () => ['volumes'],
  params: z.object({
    table: z
      .enum(['orders.orders', 'payments.charges', 'fulfilment.shipments'])
      .default('orders.orders')
      .describe('Table whose journal is on the volume'),
    filledBy: z
      .enum(['old-export', 'last-year', 'deleted-export'])
      .default('old-export')
      .describe('What takes the space: a file that was left there, the journal of last year, or a deleted file that is still open'),
    megabytes: z.number().int().min(2).max(32).default(8).describe('Size of the volume, in MiB'),
    spareKilobytes: z.number().int().min(0).max(1_024).default(16).describe('Space that is left at first, in KiB'),
  }),
  plan: async () => ({}),
  async inject({ range }, { table, filledBy, megabytes, spareKilobytes }) {
    const folder = await volumesOf(range).create('journal', megabytes * megabyte)
    await keepJournal(range, table, folder)
    if (filledBy === 'old-export') await fillVolume(range, 'journal', 'orders-export-2026-08.csv', spareKilobytes)
    else if (filledBy === 'last-year') await keepLastYear(range, table, spareKilobytes)
    else await exportAndDelete(range, folder, spareKilobytes)
  },
  async revert({ range }) {
    await stopJobs(range, exportJob)
    await endExports(range)
    await dropJournals(range)
    await volumesOf(range).remove('journal')
  },
  async observe({ range }, { table }) {
    const volume = await volumeNamed(range, 'journal')
    return { journal: await hasJournal(range, table), isFull: volume !== null && volume.freeBytes < volume.sizeBytes / 4 }
  },
})
