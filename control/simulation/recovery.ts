import assert from 'node:assert/strict'
import { drillClock, isOpen } from '../../model/drill.ts'
import { revertedIn } from '../taken-out.ts'
import { simulated } from './simulated.ts'
import type { World } from './world.ts'

/** A fault whose time has come is in within so many seconds, and the drill of one that somebody took out is over. */
const dueWithin = 6

/** Nobody is to fix what is not broken: a drill that goes on has in it what its timeline says. */
export function isBroken(world: World): void {
  if (!world.isCalm || world.aliveFor <= dueWithin || world.clockWasSet) return
  const state = world
    .drills()
    .map((id) => world.state(id))
    .find(isOpen)
  const scenario = simulated.find(({ id }) => id === state?.scenario)
  if (state?.phase !== 'running' || !scenario) return
  const events = world.events(state.id)
  for (const [step, { at, for: forMs }] of scenario.timeline.entries()) {
    if (forMs !== undefined || drillClock(state, world.clock.now) < at + dueWithin * 1_000) continue
    const put = events.findLast((event) => event.type === 'fault-injected' && event.step === step)
    const record = put?.type === 'fault-injected' ? world.ledger.fault(put.instance) : null
    // Somebody has just taken it out: that is looked at once a second, and in a pause nothing goes in.
    if (record?.revertedAt && drillClock(state, world.clock.now) - drillClock(state, record.revertedAt) < dueWithin * 1_000) continue
    assert.ok(record?.state === 'injected', `the drill goes on, and its step ${step} is ${record?.state ?? 'not in'}`)
  }
}

/**
 * Recovered means that somebody fixed it: at that moment nothing of the drill was in force, and none of it was taken out by anybody else. Asked in the second in
 * which it is told: who recovers may die of it, and the reaper come.
 */
export async function recoveryIsTrue(world: World): Promise<void> {
  const drill = world.drills().at(-1)
  if (drill === undefined || world.recovered.has(drill) || world.state(drill).milestones.recovered === null) return
  world.recovered.add(drill)
  const events = world.events(drill)
  const recoveredAt = world.state(drill).milestones.recovered ?? 0
  const reverted = revertedIn(events)
  for (const event of events) {
    if (event.type !== 'fault-injected' || reverted.has(event.instance)) continue
    const record = world.ledger.fault(event.instance)
    if (!record) continue
    // A drill that is over by recovering takes out what was in it, in the same second; and whoever else does so then has no part in what was seen before.
    const wasIn = record.state === 'injected' || (record.revertedAt ?? recoveredAt) >= recoveredAt
    assert.ok(wasIn, `recovered, and ${record.fault} was ${record.state} by somebody else`)
    assert.ok(!(await world.isInForce(record.fault, record.params)), `recovered, and ${record.fault} is in force`)
  }
}
