import type { BackupStatus } from '../../model/range.ts'
import { defineResource, listed } from './resource.ts'

/** A fresh range makes no backups, and has no server beside the live one. */
export const backups = defineResource<BackupStatus | null>({
  id: 'backups',
  title: "the database's backups and restored server",
  after: ['datastores'],
  isOn: (range) => range.backups !== null,
  read: async (range) => (await range.backups?.status()) ?? null,
  differs: (found) =>
    found &&
    listed([
      ...(found.backups.length > 0 ? [`base backups: ${found.backups.length}`] : []),
      ...(found.archive.running ? ['WAL is archived'] : []),
      ...(found.restored ? [`a server restored to ${found.restored.until} runs`] : []),
      ...(found.bytes > 0 ? [`${found.bytes} bytes on disk`] : []),
    ]),
  restore: async (range) => range.backups?.remove(),
  print: (found) => found && { backups: found.backups.length, archives: found.archive.running, restored: found.restored?.until ?? null },
})
