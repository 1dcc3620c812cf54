import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import type { FaultRecord } from '../model/fault.ts'
import { Ledger } from './ledger.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-faults-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const planned: FaultRecord = {
  instance: 'planned',
  fault: 'http-delay',
  params: { from: 'gateway', to: 'catalog', ms: 300 },
  undo: { faults: [{ edge: 'gateway>catalog' }], before: null },
  drill: null,
  state: 'planned',
  plannedAt: 1_000,
  injectedAt: null,
  deadlineAt: 61_000,
  revertedAt: null,
  error: null,
  ramp: null,
}
const reverted: FaultRecord = {
  ...planned,
  instance: 'reverted',
  drill: 'one',
  state: 'reverted',
  injectedAt: 1_200,
  revertedAt: 3_400,
  error: 'it did not answer',
  ramp: { param: 'ms', from: 0, overMs: 60_000 },
}

test('a fault is read as it was written, with and without a drill, an error, a ramp, and times that are not set', () => {
  using ledger = new Ledger(dir)
  for (const fault of [planned, reverted]) {
    ledger.insertFault(fault)
    assert.deepEqual(ledger.fault(fault.instance), fault)
  }
})

test('an invalid ramp is an error, and not a fault without a ramp', () => {
  using ledger = new Ledger(dir)
  ledger.insertFault({ ...reverted, instance: 'spoilt' })
  using beside = new DatabaseSync(path.join(dir, 'control', 'ledger.db'))
  beside.exec(`update faults set ramp = '{"param": "ms"}' where instance = 'spoilt'`)
  assert.throws(() => ledger.fault('spoilt'), { name: 'ZodError' })
})
