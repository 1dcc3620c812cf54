/** A session on the replica. */
export interface ReplicaSession {
  pid: number
  /** The name that it gave when it connected. */
  application: string
  /** As PostgreSQL names it: `active`, `idle in transaction`. */
  state: string
  /** Age of its transaction, in seconds. */
  seconds: number
  /** Its statement, in one line of at most 120 characters. */
  query: string
}

/** A streaming standby of the shop's PostgreSQL, which can only be read. */
export interface ReplicaStatus {
  /** Its port, on the loopback of the shop's host. */
  port: number
  /** Whether it receives WAL from the primary. */
  isStreaming: boolean
  /** Age of the newest transaction that it has replayed, in seconds; null if it has replayed none. */
  lagSeconds: number | null
  /** WAL that it has received and not replayed yet, in bytes. */
  waitingBytes: number
  /** Whether replay was paused by hand. */
  isPaused: boolean
  /** How long it delays each transaction on purpose, as PostgreSQL writes it: `0` or `15min`. */
  applyDelay: string
  /** Sessions with a transaction, oldest first. */
  sessions: ReplicaSession[]
}

/** A replica of the shop's PostgreSQL, on its host. None runs, and none takes memory or disk space, until one is requested. */
export interface ReplicaPort {
  /** Null where there is none. Throws `component-unreachable` if it does not answer. */
  status(): Promise<ReplicaStatus | null>
  /** Starts one from a base backup of the primary; resolves when it has caught up. Idempotent. Throws `component-failed` with what PostgreSQL said. */
  start(): Promise<void>
  /** Runs a statement on it, as its administrator. Throws `not-found` if there is none. */
  query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  /** Stops it, and deletes its data, and its role and its replication slot on the primary. Idempotent. */
  remove(): Promise<void>
}
