import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from './replay/engine-bench.ts'
import { addEvents } from './replay/long-drill.ts'

test('the queries of the public status page take no longer with forty thousand events', () => {
  using bench = new EngineBench()
  addEvents(bench, 'long ago', 40_000)
  bench.now += 3_600_000
  bench.ledger.append('now', { type: 'status-posted', status: 'resolved', text: 'All is fine again.' })
  const took: number[] = []
  for (let attempt = 0; attempt < 3; attempt++) {
    const since = process.threadCpuUsage()
    assert.equal(bench.ledger.statusUpdates(bench.now - 60_000).length, 1)
    const { user, system } = process.threadCpuUsage(since)
    took.push((user + system) / 1_000)
  }
  assert.ok(Math.min(...took) < 20, `${took.join(', ')} ms`)
})
