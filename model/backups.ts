/** One base backup of the shop's PostgreSQL, as `pg_basebackup` made it. */
export interface BaseBackup {
  /** The time at which it was begun, as `20261130T031500Z`; later ones sort after earlier ones. */
  name: string
  /** ISO 8601: a restore from it can reach this time, and any later one for which the archive has the WAL. */
  endedAt: string
  sizeBytes: number
  /** Where its WAL begins, as PostgreSQL writes positions: `0/5000028`. */
  lsn: string
  /** What `pg_verifybackup` said of it. */
  check: 'passed' | 'failed' | 'not-run'
  /** Why the check failed; null where it did not. */
  detail: string | null
}

/** A second PostgreSQL that was recovered from a base backup and the archive, and can only be read. */
export interface RestoredServer {
  /** ISO 8601: all that was committed until then is in it, and nothing later. */
  until: string
  /** The base backup that it was begun from. */
  backup: string
  /** On the loopback of the shop's host. */
  port: number
}

export interface BackupStatus {
  /** Oldest first. */
  backups: BaseBackup[]
  archive: {
    /** Whether `pg_receivewal` runs. */
    running: boolean
    /** ISO 8601: the WAL of all that was committed before is in the archive; null where nothing is known of it. */
    until: string | null
  }
  /** Null where there is none. */
  restored: RestoredServer | null
  /** What all of it has on disk, also what was begun and never finished. */
  bytes: number
}

/** Base backups, the WAL archive, and restores of the shop's PostgreSQL. Nothing of it runs, or takes room, before it is asked for. */
export interface Backups {
  status(): Promise<BackupStatus>
  /** Streams all WAL into the archive from now on; resolves when the stream has begun. Idempotent. */
  archive(): Promise<void>
  /** Makes a base backup, and checks it unless told otherwise. Throws `component-failed` with what `pg_basebackup` said. */
  make(options?: { check: boolean }): Promise<BaseBackup>
  /** Cuts a file of a backup short, as a disk that was full would have. The backup counts as unchecked again. Throws `not-found`. */
  damage(name: string): Promise<void>
  /**
   * Starts a second server beside the live one, with what was committed until then (ISO 8601); replaces the one there is. Begins with the named backup, or the newest
   * that ended before. Throws `bad-request` for a time that cannot be reached, `not-found` for an unknown backup, `conflict` where there is none, and
   * `component-failed` with what PostgreSQL said where the backup cannot be used.
   */
  restore(until: string, backup?: string): Promise<RestoredServer>
  /** Reads from the restored server, as its administrator. Throws `not-found` where there is none. */
  query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  /** Ends the restored server and deletes its data. Idempotent. */
  drop(): Promise<void>
  /** Ends the archive and the restored server, and deletes all that they and the backups have on disk. Idempotent. */
  remove(): Promise<void>
}
