import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Ledger } from '../ledger.ts'
import { Measured, well } from '../replay/measured.ts'
import { UsualTraffic } from './usual-traffic.ts'

class Bench implements Disposable {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-traffic-'))
  readonly ledger = new Ledger(this.dir)
  readonly measured = new Measured()
  readonly traffic = new UsualTraffic(this.ledger, this.measured)
  async pass(seconds: number, good: number): Promise<void> {
    this.measured.next = () => ({ ...well(), users: { good, slow: 0, failed: 0 } })
    for (let second = 0; second < seconds; second++) await this.measured.tick((this.measured.samples().at(-1)?.at ?? 0) + 1_000)
  }
  [Symbol.dispose](): void {
    this.ledger[Symbol.dispose]()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

test('unknown traffic is not recorded, and known traffic is', async () => {
  using bench = new Bench()
  bench.traffic.note('one')
  assert.deepEqual([bench.traffic.of('one'), bench.ledger.note('usual-traffic')], [null, null])
  await bench.pass(10, 20)
  bench.traffic.note('one')
  assert.equal(bench.traffic.of('one'), 20)
})

test('the first value of a drill is kept, and does not count for another drill', async () => {
  using bench = new Bench()
  await bench.pass(10, 20)
  bench.traffic.note('one')
  await bench.pass(10, 3)
  bench.traffic.note('one')
  assert.equal(bench.traffic.of('one'), 20)
  assert.equal(bench.traffic.of('two'), null)
  bench.traffic.note('two')
  assert.deepEqual([bench.traffic.of('two'), bench.traffic.of('one')], [3, null])
})

test('the next control plane reads it from the ledger', async () => {
  using bench = new Bench()
  await bench.pass(10, 20)
  bench.traffic.note('one')
  const next = new UsualTraffic(bench.ledger, new Measured())
  assert.deepEqual([next.of('two'), next.of('one')], [null, 20])
  // An empty value counts as none.
  bench.ledger.setNote('usual-traffic', 'three ')
  assert.equal(new UsualTraffic(bench.ledger, new Measured()).of('three'), null)
})
