import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DrillEvent } from '../model/drill.ts'
import { faultState, type FaultRecord, type FaultState } from '../model/fault.ts'
import { takenOut } from './taken-out.ts'

const now = 100_000
const record = (state: FaultState, changed: Partial<FaultRecord> = {}): FaultRecord => ({
  instance: 'i',
  fault: 'noop',
  params: {},
  undo: {},
  drill: 'd',
  state,
  plannedAt: 0,
  injectedAt: 1,
  deadlineAt: 50_000,
  revertedAt: null,
  error: null,
  ramp: null,
  ...changed,
})
const injected: DrillEvent = { type: 'fault-injected', instance: 'i', fault: 'noop', step: 0, id: 1, drill: 'd', at: 1 }
const reverted: DrillEvent = { type: 'fault-reverted', instance: 'i', fault: 'noop', id: 2, drill: 'd', at: 2 }
const of = (found: FaultRecord | null, { events = [injected], own = [] }: { events?: DrillEvent[]; own?: string[] } = {}) => {
  const { over, lost } = takenOut(events, () => found, new Set(own), now)
  return over.length > 0 ? 'over' : lost.length > 0 ? 'lost' : 'neither'
}

const table: [what: string, found: FaultRecord | null, expected: string][] = [
  ['is not in yet', record('planned'), 'neither'],
  ['is in', record('injected'), 'neither'],
  ['is not known', null, 'neither'],
  ['was reverted before its deadline', record('reverted', { revertedAt: 49_999 }), 'lost'],
  ['was reverted at its deadline', record('reverted', { revertedAt: 50_000 }), 'over'],
  ['was reverted after its deadline', record('reverted', { revertedAt: 60_000 }), 'over'],
  ['is being reverted before its deadline', record('reverting', { deadlineAt: now + 1 }), 'lost'],
  ['is being reverted after its deadline', record('reverting'), 'neither'],
  ['could not be reverted before its deadline', record('failed', { deadlineAt: now + 1 }), 'lost'],
  ['could not be reverted after its deadline', record('failed'), 'neither'],
]
for (const [what, found, expected] of table) test(`a fault that ${what}`, () => assert.equal(of(found), expected))

test('faults that the engine reverts itself, or whose revert is recorded, are neither over nor lost', () => {
  fc.assert(
    fc.property(fc.constantFrom(...faultState.options), fc.option(fc.nat(now)), fc.nat(2 * now), (state, revertedAt, deadlineAt) => {
      const found = record(state, { revertedAt, deadlineAt })
      assert.equal(of(found, { own: ['i'] }), 'neither')
      assert.equal(of(found, { events: [injected, reverted] }), 'neither')
      assert.equal(of(found, { events: [reverted] }), 'neither')
    }),
    { seed: 1 },
  )
})
