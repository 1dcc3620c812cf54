import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Engine } from './engine/engine.ts'

export type Table = 'otel_traces' | 'otel_logs'

export interface IntakeLimits {
  /** Rows that may wait for the database; past them new ones are refused. */
  maxRows: number
  maxBytes: number
  /** Rows in one insert. */
  batchRows: number
  flushEveryMs: number
}

/** From this share of its limits on, requests are refused before they are read: reading them costs most. */
const fullFrom = 0.9

export const defaultLimits: IntakeLimits = { maxRows: 60_000, maxBytes: 64 * 1024 * 1024, batchRows: 10_000, flushEveryMs: 1_000 }

export interface Intake {
  /** Takes all rows, or none when there is no room: the sender should try again later. */
  offer(table: Table, rows: string[]): boolean
  /** Whether there is no room: what comes now need not even be read. */
  full(): boolean
  /** Counts a request that was refused unread. */
  refuse(bytes: number): void
  /** Resolves when all that was taken before is in the database. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** Gathers rows into large inserts: ClickHouse wants few big ones. Bounded, and sheds what does not fit. */
export function createIntake(engine: Engine, registry: Registry, limits: IntakeLimits = defaultLimits): Intake {
  const waiting: Record<Table, string[]> = { otel_traces: [], otel_logs: [] }
  let rowsHeld = 0
  let bytesHeld = 0
  const labelNames = ['table'] as const
  const registers = [registry]
  const accepted = new Counter({ name: 'store_rows_accepted_total', help: 'Rows taken', labelNames, registers })
  const shed = new Counter({ name: 'store_rows_shed_total', help: 'Rows refused for want of room', labelNames, registers })
  const written = new Counter({ name: 'store_rows_written_total', help: 'Rows in the database', labelNames, registers })
  const lost = new Counter({ name: 'store_rows_lost_total', help: 'Rows that the database would not take', labelNames, registers })
  const refusedRequests = new Counter({ name: 'store_requests_shed_total', help: 'Requests refused unread for want of room', registers })
  const refusedBytes = new Counter({ name: 'store_bytes_shed_total', help: 'Bytes of requests refused unread', registers })
  const duration = new Histogram({ name: 'store_insert_duration_seconds', help: 'Time of one insert', registers })
  new Gauge({
    name: 'store_rows_waiting',
    help: 'Rows that wait for the database',
    registers,
    collect() {
      this.set(rowsHeld)
    },
  })
  for (const table of ['otel_traces', 'otel_logs']) for (const metric of [accepted, shed, written, lost]) metric.inc({ table }, 0)

  async function writeBatch(table: Table): Promise<void> {
    const rows = waiting[table].splice(0, limits.batchRows)
    if (rows.length === 0) return
    const lines = Buffer.from(rows.join('\n'))
    const end = duration.startTimer()
    try {
      await engine.insert(table, lines)
      written.inc({ table }, rows.length)
    } catch (error) {
      lost.inc({ table }, rows.length)
      process.stderr.write(`insert into ${table} failed: ${error instanceof Error ? error.message : String(error)}\n`)
    } finally {
      end()
      rowsHeld -= rows.length
      bytesHeld -= rows.reduce((sum, row) => sum + row.length, 0)
    }
  }

  let writing: Promise<void> | null = null
  function drain(): Promise<void> {
    writing ??= (async () => {
      while (waiting.otel_traces.length + waiting.otel_logs.length > 0) {
        await writeBatch('otel_traces')
        await writeBatch('otel_logs')
      }
    })().finally(() => (writing = null))
    return writing
  }
  const timer = setInterval(() => void drain(), limits.flushEveryMs)

  return {
    offer(table, rows) {
      const bytes = rows.reduce((sum, row) => sum + row.length, 0)
      if (rowsHeld + rows.length > limits.maxRows || bytesHeld + bytes > limits.maxBytes) {
        shed.inc({ table }, rows.length)
        return false
      }
      rowsHeld += rows.length
      bytesHeld += bytes
      for (const row of rows) waiting[table].push(row)
      accepted.inc({ table }, rows.length)
      if (waiting[table].length >= limits.batchRows) void drain()
      return true
    },
    full: () => rowsHeld >= limits.maxRows * fullFrom || bytesHeld >= limits.maxBytes * fullFrom,
    refuse(bytes) {
      refusedRequests.inc()
      refusedBytes.inc(bytes)
    },
    async flush() {
      await drain()
      await drain()
    },
    async stop() {
      clearInterval(timer)
      await drain()
      await drain()
    },
  }
}
