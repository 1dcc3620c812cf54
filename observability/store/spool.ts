import { closeSync, mkdirSync, openSync, readSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rowsOf as rowsInHead, type Table, tables } from './tables.ts'

/** A block on its way into a table: a file, so that accepted rows survive the end of this process while the database is busy. */
export interface Block {
  file: string
  rows: number
  bytes: number
  /** Parts of it that are done, after the database has refused it as a whole; and the services of its rows, if one of them is lost. */
  done?: Set<string>
  services?: string[]
}

interface Spool {
  /** Bytes of all blocks. */
  readonly waiting: { readonly rows: number; readonly bytes: number }
  /** Rows in the blocks of a table. */
  rowsOf(table: Table): number
  /** The oldest block of a table. */
  first(table: Table): Block | undefined
  /** Writes a block of so many rows and bytes. */
  add(table: Table, rows: number, bytes: number, parts: Buffer[]): void
  /** Removes the oldest block of a table. */
  drop(table: Table): void
}

/** The blocks waiting in `folder`, with those of an earlier run. */
export function openSpool(folder: string): Spool {
  const blocks: Record<Table, Block[]> = { otel_traces: [], otel_logs: [] }
  const waiting = { rows: 0, bytes: 0 }
  let counter = 0

  function enqueue(table: Table, block: Block): void {
    blocks[table].push(block)
    waiting.rows += block.rows
    waiting.bytes += block.bytes
  }

  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder).toSorted()) {
    const file = path.join(folder, name)
    const table = tables.find((known) => name.startsWith(`${known}-`) && name.endsWith('.block'))
    // A block that was incomplete when the process ended.
    if (!table) rmSync(file)
    else enqueue(table, { file, rows: rowsIn(file), bytes: statSync(file).size })
  }

  return {
    waiting,
    rowsOf: (table) => blocks[table].reduce((sum, block) => sum + block.rows, 0),
    first: (table) => blocks[table][0],
    add(table, rows, bytes, parts) {
      const file = path.join(folder, `${table}-${Date.now()}-${String(counter++).padStart(6, '0')}.block`)
      writeWhole(file, parts)
      enqueue(table, { file, rows, bytes })
    },
    drop(table) {
      const block = blocks[table].shift()
      if (!block) return
      rmSync(block.file, { force: true })
      waiting.rows -= block.rows
      waiting.bytes -= block.bytes
    },
  }
}

/** A file that is written atomically. */
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
  return rowsInHead(head)
}
