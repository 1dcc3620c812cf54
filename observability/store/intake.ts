import { closeSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Registry } from 'prom-client'
import { describeError } from '../../model/errors.ts'
import { type Engine, RowsRefused } from './engine/engine.ts'
import { intakeMetrics, serviceLabels } from './intake-metrics.ts'
import { printable, type Refusals } from './otlp/values.ts'
import { Batch, rowsOf, servicesOf, type Table, tables } from './tables.ts'

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
  reject(table: Table, refusals: Refusals): void
  /** Counts a request that could not be read. */
  rejectRequest(table: Table): void
  /** Resolves when all that was taken before is in the database. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** A block on its way into a table: a file, so that what was taken is not lost when the database is busy, and this process ends. */
interface Block {
  file: string
  rows: number
  bytes: number
  /** Parts of it that are dealt with, once the database has refused it as a whole; and the services of its rows, once one of them is lost. */
  done?: Set<string>
  services?: string[]
}

/**
 * Gathers rows into large inserts: an insert and the merges that follow it cost much the same for ten rows as for a thousand. Bounded, and
 * sheds what does not fit. Blocks wait as files in `folder`; those of an earlier run are inserted first.
 */
export function createIntake(engine: Engine, registry: Registry, folder: string, limits: IntakeLimits = defaultLimits): Intake {
  const metrics = intakeMetrics(registry, () => held().rows)
  const labelOf = serviceLabels()
  /** What of records that were refused is in the log: the first of each service and reason. */
  const logged = new Set<string>()
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
      if (next.done) await insertInParts(table, next, null)
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
  async function insertInParts(table: Table, block: Block, why: RowsRefused | null): Promise<void> {
    const { file, rows } = block
    // By their first rows: after a failure that passes, what was done before it is not done once more.
    const done = (block.done ??= new Set())
    const halve = async (first: number, count: number, reason: RowsRefused | null): Promise<void> => {
      if (count === 1 && reason) return lose(table, block, first, reason)
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

  function lose(table: Table, block: Block, row: number, why: RowsRefused): void {
    block.services ??= servicesOf(readFileSync(block.file))
    const service = labelOf(block.services[row] ?? '')
    metrics.lost.inc({ table, service, reason: why.reason })
    process.stderr.write(`${table}: the database refused a row of ${printable(service)}: ${describeError(why)}\n`)
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
    reject(table, refusals) {
      for (const { service: name, reason, message, records } of refusals) {
        const service = labelOf(name)
        metrics.rejected.inc({ table, service, reason }, records)
        if (logged.has(`${service} ${reason}`)) continue
        logged.add(`${service} ${reason}`)
        process.stderr.write(
          `${table}: refused a record of ${printable(service)}: ${printable(message)}. More of this kind are only counted.\n`,
        )
      }
    },
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
