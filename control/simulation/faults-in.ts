import assert from 'node:assert/strict'
import { faultById } from '../../drills/faults/registry.ts'
import { drillClock, isOpen } from '../../model/drill.ts'
import { targetOf } from '../fault-target.ts'
import { leaseMs } from '../lease.ts'
import { calmAfter, type World } from './world.ts'

/** A fault's deadline is a little after the end of its drill, which normally reverts it. */
const graceMs = 65_000
const longestPauseMs = 30 * 60_000

/** No fault is injected without an open drill or an instructor's request. */
export async function faultsHaveReasons(world: World): Promise<void> {
  const all = world.ledger.faultsSince(0)
  const ordered = all.filter(({ drill }) => drill === null).length
  assert.ok(ordered <= world.orders, `${ordered} faults of no drill, and instructors have ordered ${world.orders}`)
  const drills = new Set(world.drills())
  for (const { drill, fault } of all) assert.ok(drill === null || drills.has(drill), `${fault} belongs to an unknown drill`)
  if (!world.isCalm) return
  haveLimits(world)
  if (world.aloneFor > leaseMs / 1_000 + 5)
    assert.deepEqual(world.ledger.openFaults(), [], 'with nobody to look after it, a fault comes out')
  await areOut(world)
}

function haveLimits(world: World): void {
  for (const record of world.ledger.openFaults()) {
    const lateMs = world.clock.now - record.deadlineAt
    assert.ok(lateMs < 5_000, `${record.fault} is in ${lateMs} ms past its limit`)
    const drill = record.drill === null ? null : world.state(record.drill)
    if (drill && isOpen(drill) && !world.clockWasSet) {
      // In a pause, for as long as a pause may last.
      const leftMs = Math.max(0, drill.limitMs - drillClock(drill, world.clock.now)) + (drill.phase === 'paused' ? longestPauseMs : 0)
      const beyondMs = record.deadlineAt - world.clock.now - leftMs
      assert.ok(beyondMs <= graceMs, `the limit of ${record.fault} is ${beyondMs} ms after the drill's`)
    }
    // A drill's fault does not outlive it, as long as a process is there to revert it.
    if (drill && !isOpen(drill) && world.aliveFor > calmAfter && world.clock.now - (drill.endedAt ?? 0) > 60_000)
      assert.fail(`${record.fault} is in, and its drill is over`)
  }
}

/**
 * A fault that the ledger has as reverted has no effect, unless somebody made the same change since: a second rollback deploys the bad release again.
 * Changes in a drill before its fault was injected come back with the fault's revert, and the reduced number of users of an eased drill looks like a
 * fault's: both until the range is restored.
 */
async function areOut(world: World): Promise<void> {
  const last = world.drills().at(-1)
  const drill = last === undefined ? null : world.state(last)
  const isRestored = drill?.endedAt && world.clock.now - drill.endedAt > 60_000 && world.aliveFor > calmAfter
  if (world.clockWasSet || (drill && drill.easedAt !== null && !isRestored)) return
  const targets = new Set(world.ledger.openFaults().map(whatIsIn))
  for (const record of world.ledger.faultsSince(0).toReversed()) {
    const target = whatIsIn(record)
    if (targets.has(target) || (record.revertedAt ?? 0) <= world.actedAt) continue
    if (drill && record.drill === last && !isRestored && world.actedAt >= drill.startedAt) continue
    targets.add(target)
    assert.ok(!(await world.isInForce(record.fault, record.params)), `${record.fault} was reverted, and is in force`)
  }
}
const whatIsIn = ({ fault, params }: { fault: string; params: unknown }): string => targetOf(faultById(fault), params)
