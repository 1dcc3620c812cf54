import { closeSync, mkdirSync, openSync, readSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { describeError } from '../../model/errors.ts'
import { type Engine, RowsRefused } from './engine/engine.ts'
import { Batch, rowsOf, type Table, tables } from './tables.ts'

export interface IntakeLimits {
  /** Rows that may wait for the database; past them new ones are refused. */
  maxRows: number
  maxBytes: number
  /** From so many rows on, an insert does not wait for its time. */
  batchRows: number
  flushEveryMs: number
}

/** From this share of its limits on, requests are refused before they are read: reading them costs most. */
const fullFrom = 0.9

export const defaultLimits: IntakeLimits = { maxRows: 200_000, maxBytes: 256 * 1024 * 1024, batchRows: 40_000, flushEveryMs: 2_000 }

export interface Intake {
  /** Takes all rows that `write` adds, or none: when it throws, and when there is no room, which is false; the sender should try again later. */
  take<Name extends Table>(table: Name, write: (batch: Batch<Name>) => void): boolean
  /** Whether there is no room: what comes now need not even be read. */
  full(): boolean
  /** Counts a request that was refused unread. */
  refuse(bytes: number): void
  /** Counts records that were refused for what they are. */
  reject(table: Table, records: number): void
  /** Resolves when all that was taken before is in the database. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** A block on its way into a table: a file, so that what was taken is not lost when the database is busy, and this process ends. */
interface Block {
  file: string
  rows: number
  bytes: number
  /** Parts of it that are dealt with, once the database has refused it as a whole. */
  done?: Set<string>
}

/**
 * Gathers rows into large inserts: an insert and the merges that follow it cost much the same for ten rows as for a thousand. Bounded, and
 * sheds what does not fit. Blocks wait as files in `folder`; those of an earlier run are inserted first.
 */
export function createIntake(engine: Engine, registry: Registry, folder: string, limits: IntakeLimits = defaultLimits): Intake {
  const metrics = intakeMetrics(registry, () => held().rows)
  const batches = { otel_traces: new Batch('otel_traces'), otel_logs: new Batch('otel_logs') }
  const blocks: Record<Table, Block[]> = { otel_traces: [], otel_logs: [] }
  /** In all blocks together. */
  const waiting = { rows: 0, bytes: 0 }
  /** In blocks, and gathered for the next ones. */
  const held = () => ({
    rows: tables.reduce((sum, table) => sum + batches[table].rows, waiting.rows),
    bytes: tables.reduce((sum, table) => sum + batches[table].bytes, waiting.bytes),
  })
  let counter = 0
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name)
    const table = tables.find((known) => name.startsWith(`${known}-`) && name.endsWith('.block'))
    // One that was not whole when this process ended.
    if (!table) rmSync(file)
    else {
      const block = { file, rows: rowsIn(file), bytes: statSync(file).size }
      enqueue(table, block)
      metrics.accepted.inc({ table }, block.rows)
    }
  }

  function enqueue(table: Table, block: Block): void {
    blocks[table].push(block)
    waiting.rows += block.rows
    waiting.bytes += block.bytes
  }

  /** Ends the block that is being gathered, so that it can be inserted. */
  function close(table: Table): void {
    const batch = batches[table]
    if (batch.rows === 0) return
    const file = path.join(folder, `${table}-${Date.now()}-${String(counter++).padStart(6, '0')}.block`)
    writeWhole(file, batch.block())
    enqueue(table, { file, rows: batch.rows, bytes: batch.bytes })
    batch.clear()
  }

  async function insert(table: Table): Promise<void> {
    const next = blocks[table][0]
    if (!next) return
    const end = metrics.duration.startTimer()
    try {
      if (next.done) await insertInParts(table, next, 'as a whole')
      else {
        await engine.insert(table, next.file)
        metrics.written.inc({ table }, next.rows)
      }
    } catch (error) {
      // Whatever else it is, as a full disk or a server that is away, may pass: the rows stay, and are inserted later.
      if (!(error instanceof RowsRefused)) throw error
      await insertInParts(table, next, error)
    } finally {
      end()
    }
    blocks[table].shift()
    rmSync(next.file, { force: true })
    waiting.rows -= next.rows
    waiting.bytes -= next.bytes
  }

  /** Halves what the database refused until the rows are found that it does not take: they cost themselves only. */
  async function insertInParts(table: Table, block: Block, why: unknown): Promise<void> {
    const { file, rows } = block
    // By their first rows: after a failure that passes, what was done before it is not done once more.
    const done = (block.done ??= new Set())
    const halve = async (first: number, count: number, reason: unknown): Promise<void> => {
      if (count === 1) return lose(table, 1, reason)
      const half = count >>> 1
      for (const part of [
        { first, count: half },
        { first: first + half, count: count - half },
      ]) {
        const name = `${part.first}+${part.count}`
        if (done.has(name)) continue
        try {
          await engine.insert(table, file, part)
          metrics.written.inc({ table }, part.count)
        } catch (error) {
          if (!(error instanceof RowsRefused)) throw error
          await halve(part.first, part.count, error)
        }
        done.add(name)
      }
    }
    await halve(0, rows, why)
  }

  function lose(table: Table, rows: number, why: unknown): void {
    metrics.lost.inc({ table }, rows)
    process.stderr.write(`${table}: the database refused ${rows === 1 ? 'a row' : `${rows} rows`}: ${describeError(why)}\n`)
  }

  let writing: Promise<void> | null = null
  /** Inserts all that has been taken so far. */
  function drain(): Promise<void> {
    writing ??= (async () => {
      for (const table of tables) close(table)
      while (tables.some((table) => blocks[table].length > 0)) for (const table of tables) await insert(table)
    })().finally(() => (writing = null))
    return writing
  }
  const inBackground = () => void drain().catch((error: unknown) => process.stderr.write(`intake: ${describeError(error)}\n`))
  const timer = setInterval(inBackground, limits.flushEveryMs)
  if (waiting.rows > 0) inBackground()

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
    reject: (table, records) => metrics.rejected.inc({ table }, records),
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
        // The blocks are files: they are inserted when this starts again.
        process.stderr.write(`intake: ${describeError(error)}\n`)
      }
    },
  }
}

/** A file that is there whole, or not at all. */
function writeWhole(file: string, parts: Buffer[]): void {
  writeFileSync(`${file}.part`, Buffer.concat(parts))
  renameSync(`${file}.part`, file)
}

function rowsIn(file: string): number {
  const head = Buffer.alloc(16)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, head)
  } finally {
    closeSync(fd)
  }
  return rowsOf(head)
}

function intakeMetrics(registry: Registry, rowsHeld: () => number) {
  const registers = [registry]
  const counter = (name: string, help: string) => {
    const metric = new Counter({ name, help, labelNames: ['table'] as const, registers })
    for (const table of tables) metric.inc({ table }, 0)
    return metric
  }
  new Gauge({
    name: 'store_rows_waiting',
    help: 'Rows that wait for the database',
    registers,
    collect() {
      this.set(rowsHeld())
    },
  })
  return {
    accepted: counter('store_rows_accepted_total', 'Rows taken'),
    rejected: counter('store_records_rejected_total', 'Records refused for what they are, as for an id that is none'),
    shed: counter('store_rows_shed_total', 'Rows refused for want of room'),
    written: counter('store_rows_written_total', 'Rows in the database'),
    lost: counter('store_rows_lost_total', 'Rows that the database would not take'),
    refusedRequests: new Counter({ name: 'store_requests_shed_total', help: 'Requests refused unread for want of room', registers }),
    refusedBytes: new Counter({ name: 'store_bytes_shed_total', help: 'Bytes of requests refused unread', registers }),
    duration: new Histogram({ name: 'store_insert_duration_seconds', help: 'Time of one insert', registers }),
  }
}
