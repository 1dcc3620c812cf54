import { readFileSync } from 'node:fs'
import { describeError } from '../../model/errors.ts'
import { type Engine, RowsRefused } from './engine/engine.ts'
import type { IntakeMetrics } from './intake-metrics.ts'
import { printable } from './otlp/values.ts'
import type { Block } from './spool.ts'
import { servicesOf, type Table } from './tables.ts'

/**
 * Inserts a block, without the rows that the database refuses. Throws for any temporary failure, such as a full disk or a server that is down: then
 * the same block is to be retried.
 */
export function blockInserts(
  engine: Engine,
  metrics: IntakeMetrics,
  labelOf: (service: string) => string,
): (table: Table, block: Block) => Promise<void> {
  return async (table, block) => {
    const end = metrics.duration.startTimer()
    try {
      if (block.done) await insertInParts(table, block, null)
      else {
        await engine.insert(table, block.file)
        metrics.written.inc({ table }, block.rows)
      }
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error
      await insertInParts(table, block, error)
    } finally {
      end()
    }
  }

  /** Halves a refused block until the invalid rows are found: only those are lost. */
  async function insertInParts(table: Table, block: Block, why: RowsRefused | null): Promise<void> {
    const { file, rows } = block
    // Ordered by their first rows: after a temporary failure, what was done before is not repeated.
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
}
