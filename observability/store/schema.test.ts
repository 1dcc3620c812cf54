import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { overviewLogs } from './queries/logs.ts'
import { createTables } from './schema.ts'
import { openStoreBench } from './store-bench.ts'

const store = await openStoreBench()
after(() => store.close())

test('new rows are not merged every second with all earlier ones', async () => {
  const insert = (rows: number) =>
    store.engine.execute(
      `INSERT INTO otel_logs (Timestamp, ServiceName, Body) SELECT now64(9), 'orders', randomPrintableASCII(80) FROM numbers(${rows})`,
    )
  await insert(20_000)
  for (let round = 0; round < 100; round++) await insert(20)
  const [{ rows: merged }] = (await store.engine.query<{ rows: string }>(
    `SELECT sum(value) AS rows FROM system.events WHERE event = 'MergedRows'`,
  )) as [{ rows: string }]
  const [{ parts }] = (await store.engine.query<{ parts: string }>(
    `SELECT count() AS parts FROM system.parts WHERE active AND table = 'otel_logs' AND database = 'telemetry'`,
  )) as [{ parts: string }]
  assert.ok(Number(merged) > 0, 'small parts are merged')
  assert.ok(Number(parts) < 80, `${parts} parts`)
  assert.ok(Number(merged) < 20_000, `${merged} rows were written again`)
})

test('lines that an earlier version stored have a pattern, too', async () => {
  await store.engine.execute('TRUNCATE TABLE otel_logs')
  await store.engine.execute('ALTER TABLE otel_logs DROP COLUMN Pattern')
  const insert = (order: number) =>
    store.engine.execute(
      `INSERT INTO otel_logs (Timestamp, ServiceName, Body) VALUES (now64(9), 'orders', 'order ${order} confirmed in 1.5 s')`,
    )
  await insert(17)
  for (const statement of createTables({ hours: 6 })) await store.engine.execute(statement)
  await insert(18)
  const { patterns } = await overviewLogs(store.engine, { fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000, limit: 1 })
  assert.deepEqual(
    patterns.map(({ pattern, lines }) => [pattern, lines]),
    [['order … confirmed in … s', 2]],
  )
})
