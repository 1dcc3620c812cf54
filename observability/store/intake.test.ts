import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Registry } from 'prom-client'
import { RowsRefused, insertError, type Engine } from './engine/engine.ts'
import { createIntake } from './intake.ts'
import { writeLogEntry } from './otlp/logs.ts'

const entry = {
  timeMs: Date.now(),
  traceId: '',
  spanId: '',
  severityText: '',
  severityNumber: 9,
  service: 'orders',
  body: '',
  attributes: {},
}
const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-intake-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('the accepted part of a refused block is inserted once, even if the database goes down meanwhile', async () => {
  const rows = 8
  const bad = 2
  const inserted: number[] = []
  let isAway = true
  const engine: Engine = {
    name: 'a database that refuses one row, and is away for a moment',
    execute: async () => {},
    query: async () => [],
    close: async () => {},
    async insert(_table, _file, { first, count } = { first: 0, count: rows }) {
      const part = Array.from({ length: count }, (_, index) => first + index)
      if (part.includes(bad)) throw new RowsRefused('a value out of bounds', 'decimal_overflow')
      if (first >= rows / 2 && isAway) throw new Error('the server is away')
      inserted.push(...part)
    },
  }
  const registry = new Registry()
  const intake = createIntake(engine, registry, folder)
  intake.take('otel_logs', (batch) => {
    for (let row = 0; row < rows; row++) writeLogEntry({ ...entry, service: row === bad ? 'payments' : 'orders', body: String(row) }, batch)
  })
  await assert.rejects(intake.flush(), /the server is away/)
  isAway = false
  await intake.flush()
  await intake.stop()
  assert.deepEqual(inserted.toSorted(), [0, 1, 3, 4, 5, 6, 7])
  assert.match(await registry.metrics(), /store_rows_lost_total\{table="otel_logs",service="payments",reason="decimal_overflow"\} 1\n/)
})

test('temporary failures are not blamed on rows', () => {
  const behind = insertError(new Error('Too many parts (300). Merges are processing significantly slower than inserts.'), 252)
  assert.ok(!(behind instanceof RowsRefused))
  assert.ok(insertError(new Error('Too many partitions for single INSERT block (more than 100).'), 252) instanceof RowsRefused)
  assert.ok(insertError(new Error('Decimal math overflow'), '407') instanceof RowsRefused)
})
