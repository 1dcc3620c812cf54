import type { BaseBackup, Backups, RestoredServer } from '../../model/backups.ts'

/** Simulated backups: created ones are listed, and a restored server has no rows. */
export function paperBackups(): Backups {
  let backups: BaseBackup[] = []
  let [running, restored]: [boolean, RestoredServer | null] = [false, null]
  const now = () => new Date(Date.now()).toISOString()
  const drop = async () => void (restored = null)
  return {
    status: async () => ({
      backups,
      archive: { running, until: running ? now() : null },
      restored,
      bytes: backups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }),
    archive: async () => void (running = true),
    async make({ check } = { check: true }) {
      running = true
      const name = `${now().replace(/[-:]|\.\d+/g, '')}-${backups.length + 1}`
      const backup: BaseBackup = {
        name,
        endedAt: now(),
        sizeBytes: 5e7,
        lsn: '0/5000028',
        check: check ? 'passed' : 'not-run',
        detail: null,
      }
      backups = [...backups, backup]
      return backup
    },
    damage: async (name) => void (backups = backups.map((one) => (one.name === name ? { ...one, check: 'not-run' } : one))),
    async restore(until, backup = backups.at(-1)?.name ?? '') {
      restored = { until, backup, port: 1 }
      return restored
    },
    query: async () => [],
    drop,
    async remove() {
      backups = []
      running = false
      await drop()
    },
  }
}
