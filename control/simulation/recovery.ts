import assert from 'node:assert/strict'
import { incidentsOf } from '../../drills/shifts/incidents.ts'
import { drillClock, isOpen, type DrillEvent } from '../../model/drill.ts'
import { revertedIn } from '../taken-out.ts'
import { simulated } from './simulated.ts'
import type { World } from './world.ts'

/** Within this many seconds, a due fault is injected, and the drill of a fault that somebody reverted is over. */
const dueWithin = 6

/** No trainee has to fix what is not broken: a running drill has the faults of its timeline injected. */
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
    // Somebody has just reverted it: that is checked once a second, and in a pause nothing is injected.
    if (record?.revertedAt && drillClock(state, world.clock.now) - drillClock(state, record.revertedAt) < dueWithin * 1_000) continue
    assert.ok(record?.state === 'injected', `the drill goes on, and its step ${step} is ${record?.state ?? 'not in'}`)
  }
}

/**
 * A recovery means that somebody fixed it: at that moment no fault of the drill had an effect, and none was reverted by anybody else. Checked in the
 * second in which it is recorded: the control plane may be killed then, and the reaper revert the faults.
 */
export async function recoveryIsTrue(world: World): Promise<void> {
  const drill = world.drills().at(-1)
  if (drill === undefined) return
  for (const { key, events, recoveredAt } of recoveries(world, drill)) {
    if (world.recovered.has(key)) continue
    world.recovered.add(key)
    const reverted = revertedIn(events)
    for (const event of events) {
      if (event.type !== 'fault-injected' || reverted.has(event.instance)) continue
      const record = world.ledger.fault(event.instance)
      if (!record) continue
      // A drill that ends by recovering reverts its faults in the same second; other reverts in that second do not affect the recovery.
      const wasIn = record.state === 'injected' || (record.revertedAt ?? recoveredAt) >= recoveredAt
      assert.ok(wasIn, `recovered, and ${record.fault} was ${record.state} by somebody else`)
      assert.ok(!(await world.isInForce(record.fault, record.params)), `recovered, and ${record.fault} is in force`)
    }
  }
}

/** The drill, and each incident of a shift, with their recoveries. */
function recoveries(world: World, drill: string): { key: string; events: readonly DrillEvent[]; recoveredAt: number }[] {
  const [state, events] = [world.state(drill), world.events(drill)]
  const incidents = state.shift ? (simulated.find(({ id }) => id === state.scenario)?.incidents ?? []) : []
  const parts = incidentsOf(incidents, events).begun.map((part) => ({ key: `${drill} ${part.incident.place}`, ...part }))
  return [{ key: drill, state, events }, ...parts].flatMap(({ key, state: { milestones }, events: own }) =>
    milestones.recovered === null ? [] : [{ key, events: own, recoveredAt: milestones.recovered }],
  )
}
