import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openStoreBench } from './store-bench.ts'

const store = await openStoreBench()
after(() => store.close())

test('what comes in every second is not merged each time with all that came before', async () => {
  const insert = (rows: number) =>
    store.engine.execute(
      `INSERT INTO otel_logs (Timestamp, ServiceName, Body) SELECT now64(9), 'orders', randomPrintableASCII(80) FROM numbers(${rows})`,
    )
  await insert(20_000)
  for (let round = 0; round < 120; round++) await insert(20)
  const [found] = await store.engine.query<{ level: number; rows: string; parts: string }>(
    `SELECT max(level) AS level, sum(rows) AS rows, count() AS parts FROM system.parts WHERE active AND table = 'otel_logs' AND database = 'telemetry'`,
  )
  assert.ok(found)
  assert.equal(Number(found.rows), 22_400)
  assert.ok(Number(found.parts) < 100, `${found.parts} parts`)
  // How often the rows of a part have been written again.
  assert.ok(found.level <= 2, `some were merged ${found.level} times`)
})
