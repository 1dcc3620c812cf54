/** One base backup of the shop's PostgreSQL, as `pg_basebackup` made it. */
export interface BaseBackup {
  /** When the backup began, as `20261130T031500Z`; ids sort by time. */
  name: string
  /** ISO 8601: a restore from it can reach this time, and any later one for which the archive has the WAL. */
  endedAt: string
  sizeBytes: number
  /** Where its WAL begins, as PostgreSQL writes positions: `0/5000028`. */
  lsn: string
  /** The output of `pg_verifybackup`. */
  check: 'passed' | 'failed' | 'not-run'
  /** Why the check failed; null if it passed. */
  detail: string | null
}

/** A second PostgreSQL, recovered from a base backup and the archive; read-only. */
export interface RestoredServer {
  /** ISO 8601: it has everything that was committed until then, and nothing later. */
  until: string
  /** The base backup that it was restored from. */
  backup: string
  /** Its port, on the loopback of the shop's host. */
  port: number
}

export interface BackupStatus {
  /** Oldest first. */
  backups: BaseBackup[]
  archive: {
    /** Whether `pg_receivewal` runs. */
    running: boolean
    /** ISO 8601: the archive has all WAL committed before this time; null if unknown. */
    until: string | null
  }
  /** Null where there is none. */
  restored: RestoredServer | null
  /** Bytes on disk, including those of unfinished backups and restores. */
  bytes: number
}

/** Base backups, the WAL archive and restores of the shop's PostgreSQL. None of it runs or takes up disk space until it is requested. */
export interface Backups {
  status(): Promise<BackupStatus>
  /** Starts to stream all WAL into the archive; resolves when the stream has begun. Idempotent. */
  archive(): Promise<void>
  /** Makes a base backup, and checks it unless told otherwise. Throws `component-failed` with what `pg_basebackup` said. */
  make(options?: { check: boolean }): Promise<BaseBackup>
  /** Truncates a file of a backup, as a full disk would have. The backup counts as unchecked again. Throws `not-found`. */
  damage(name: string): Promise<void>
  /**
   * Starts a second server beside the live one, with everything that was committed until then (ISO 8601); replaces the existing one. It restores the
   * named backup, or the newest one that ended before that time. Throws `bad-request` for a time that cannot be reached, `not-found` for an unknown
   * backup, `conflict` if there is no backup, and `component-failed` with the output of PostgreSQL if the backup cannot be used.
   */
  restore(until: string, backup?: string): Promise<RestoredServer>
  /** Reads from the restored server, as its administrator. Throws `not-found` if there is none. */
  query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  /** Stops the restored server and deletes its data. Idempotent. */
  drop(): Promise<void>
  /** Stops the archive and the restored server, and deletes all their files and all backups. Idempotent. */
  remove(): Promise<void>
}
