import type { Registry } from 'prom-client'
import { describeError } from '../../model/errors.ts'
import type { Engine } from './engine/engine.ts'
import { blockInserts } from './inserts.ts'
import { intakeMetrics, serviceLabels, type IntakeMetrics } from './intake-metrics.ts'
import { printable, type Refusals } from './otlp/values.ts'
import { openSpool } from './spool.ts'
import { Batch, type Table, tables } from './tables.ts'

export interface IntakeLimits {
  /** Maximum number of rows that wait for the database; more are refused. */
  maxRows: number
  maxBytes: number
  /** From this number of rows on, an insert does not wait for its time. */
  batchRows: number
  flushEveryMs: number
}

/** From this share of its limits on, requests are refused unread: parsing costs most. */
const fullFrom = 0.9

const defaultLimits: IntakeLimits = { maxRows: 200_000, maxBytes: 256 * 1024 * 1024, batchRows: 40_000, flushEveryMs: 2_000 }

export interface Intake {
  /** Accepts all rows that `write` adds, or none: if it throws, or there is no room. Then it returns false, and the sender should retry later. */
  take<Name extends Table>(table: Name, write: (batch: Batch<Name>) => void): boolean
  /** Whether there is no room: further requests need not be parsed. */
  full(): boolean
  /** Counts a request that was refused unread. */
  refuse(bytes: number): void
  /** Counts records that were refused as invalid. */
  reject(table: Table, refusals: Refusals): void
  /** Counts a request that could not be parsed. */
  rejectRequest(table: Table): void
  /** Resolves when everything accepted before is in the database. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/**
 * Collects rows into large inserts: an insert and its merges cost much the same for ten rows as for a thousand. Bounded; what does not fit is
 * refused. Blocks wait as files in `folder`; those of an earlier run are inserted first.
 */
export function createIntake(engine: Engine, registry: Registry, folder: string, limits: IntakeLimits = defaultLimits): Intake {
  const metrics = intakeMetrics(registry, () => held().rows)
  const labelOf = serviceLabels()
  const insert = blockInserts(engine, metrics, labelOf)
  const batches = { otel_traces: new Batch('otel_traces'), otel_logs: new Batch('otel_logs') }
  const spool = openSpool(folder)
  for (const table of tables) metrics.accepted.inc({ table }, spool.rowsOf(table))
  /** In blocks, and collected for the next ones. */
  const held = () => ({
    rows: tables.reduce((sum, table) => sum + batches[table].rows, spool.waiting.rows),
    bytes: tables.reduce((sum, table) => sum + batches[table].bytes, spool.waiting.bytes),
  })

  /** Completes the current block, so that it can be inserted. */
  function close(table: Table): void {
    const batch = batches[table]
    if (batch.rows === 0) return
    spool.add(table, batch.rows, batch.bytes, batch.block())
    batch.clear()
  }

  async function insertNext(table: Table): Promise<void> {
    const next = spool.first(table)
    if (!next) return
    await insert(table, next)
    spool.drop(table)
  }

  let writing: Promise<void> | null = null
  /** Inserts everything accepted so far. */
  function drain(): Promise<void> {
    writing ??= (async () => {
      for (const table of tables) close(table)
      while (tables.some((table) => spool.first(table))) for (const table of tables) await insertNext(table)
    })().finally(() => (writing = null))
    return writing
  }
  const inBackground = () => void drain().catch((error: unknown) => process.stderr.write(`intake: ${describeError(error)}\n`))
  const timer = setInterval(inBackground, limits.flushEveryMs)
  if (spool.waiting.rows > 0) inBackground()

  return {
    take(table, write) {
      // Safe: the batch of that name is of that table.
      const batch = batches[table] as unknown as Batch<typeof table>
      const mark = batch.mark()
      try {
        write(batch)
      } catch (error) {
        batch.reset(mark)
        throw error
      }
      const rows = batch.rows - (mark[0] ?? 0)
      const { rows: rowsHeld, bytes: bytesHeld } = held()
      if (rowsHeld > limits.maxRows || bytesHeld > limits.maxBytes) {
        batch.reset(mark)
        metrics.shed.inc({ table }, rows)
        return false
      }
      metrics.accepted.inc({ table }, rows)
      if (batch.rows >= limits.batchRows) inBackground()
      return true
    },
    full() {
      const { rows, bytes } = held()
      return rows >= limits.maxRows * fullFrom || bytes >= limits.maxBytes * fullFrom
    },
    refuse(bytes) {
      metrics.refusedRequests.inc()
      metrics.refusedBytes.inc(bytes)
    },
    reject: rejections(metrics, labelOf),
    rejectRequest: (table) => metrics.rejectedRequests.inc({ table }),
    async flush() {
      await drain()
      await drain()
    },
    async stop() {
      clearInterval(timer)
      try {
        await drain()
        await drain()
      } catch (error) {
        // The blocks are files: they are inserted after the next start.
        process.stderr.write(`intake: ${describeError(error)}\n`)
      }
    },
  }
}

/** Counts refused records; the first of each service and reason is logged. */
function rejections(metrics: IntakeMetrics, labelOf: (service: string) => string): Intake['reject'] {
  const logged = new Set<string>()
  return (table, refusals) => {
    for (const { service: name, reason, message, records } of refusals) {
      const service = labelOf(name)
      metrics.rejected.inc({ table, service, reason }, records)
      if (logged.has(`${service} ${reason}`)) continue
      logged.add(`${service} ${reason}`)
      process.stderr.write(
        `${table}: refused a record of ${printable(service)}: ${printable(message)}. More of this kind are only counted.\n`,
      )
    }
  }
}
