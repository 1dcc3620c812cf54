import type { ReplicaPort, ReplicaStatus } from '../../model/range.ts'

/** A simulated replica: it keeps what it is told about its replay, and has no rows and no sessions. */
export function paperReplica(): ReplicaPort {
  let status: ReplicaStatus | null = null
  return {
    status: async () => structuredClone(status),
    start: async () =>
      void (status ??= { port: 1, isStreaming: true, lagSeconds: 0, waitingBytes: 0, isPaused: false, applyDelay: '0', sessions: [] }),
    async query(sql) {
      if (status) {
        if (sql.includes('pg_wal_replay_pause()')) status.isPaused = true
        if (sql.includes('pg_wal_replay_resume()')) status.isPaused = false
        status.applyDelay = sql.includes('reset all') ? '0' : (/recovery_min_apply_delay = '(.+)'/.exec(sql)?.[1] ?? status.applyDelay)
      }
      return []
    },
    remove: async () => void (status = null),
  }
}
