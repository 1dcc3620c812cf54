import assert from 'node:assert/strict'
import { foldDrill, isOpen } from '../../model/drill.ts'
import { latest } from './commands.ts'
import type { World } from './world.ts'

/** This many seconds after the last failure, the range is at rest. */
const restedWithin = 85

/** Nothing of a drill affects the next: each starts on a range in its original state, with no other drill's faults. */
export function beginsFresh(world: World): void {
  const begun = world.drills().map((id) => world.state(id))
  for (const state of begun) assert.equal(state.fingerprint, world.freshHash, 'a drill begins on a range as it was before all others')
  for (const { id } of begun)
    for (const event of world.events(id))
      if (event.type === 'range-differed') assert.fail(`after a drill, the range was not as before: ${event.differences.join('; ')}`)
  for (const { drill, fault, plannedAt } of world.ledger.faultsSince(0)) {
    const of = begun.find(({ id }) => id === drill)
    if (of?.endedAt && !world.clockWasSet) assert.ok(plannedAt <= of.endedAt, `${fault} was put in when its drill was over`)
  }
}

const isAtRest = ({ engine, ledger }: World): boolean =>
  engine !== null && !engine.running() && engine.troubles.length === 0 && ledger.openFaults().length === 0

/** At rest, the range is in its original state, and can start the next drill. */
export async function comesToRest(world: World): Promise<void> {
  world.trouble.length = 0
  world.writesLeft = null
  world.diskIsFull = false
  world.suspended = false
  world.alerts.length = 0
  world.changedAt.clear()
  world.revive()
  // Delayed calls have arrived by then.
  await world.pass(Math.max(10, latest + 2 - (world.seconds - world.troubledAt)))
  const state = world.engine?.running()
  if (state) world.does(world.engine?.abort('enough') ?? Promise.resolve())
  // It has this long, without further failures.
  for (let second = 0; second < restedWithin && !isAtRest(world); second++) await world.pass(1)
  await world.pass(5)
  assert.deepEqual(world.wrong, [])
  const { engine } = world
  assert.ok(engine, 'the control plane lives')
  assert.equal(engine.running(), null)
  assert.deepEqual(
    world.ledger.openFaults().map(({ fault, state }) => `${fault} ${state}`),
    [],
    'nothing is in',
  )
  assert.deepEqual(engine.troubles, [])
  // A drill's end resets all that differs, and hides what a fault left behind; without one, faults of instructors must leave nothing.
  if (world.drills().length === 0)
    for (const { fault, params } of world.ledger.faultsSince(0))
      assert.equal(await world.isInForce(fault, params), false, `${fault} was taken out, and is in force`)
  assert.deepEqual(await world.difference(), [], 'what a drill or an instructor left is as it was, before anybody asks for it')
  await engine.restore()
  assert.deepEqual(await world.difference(), [], 'the range is as it was')
  const next = await engine.start('slow-shelves', { mode: 'learning', trainee: 'the next', seed: 1 })
  assert.ok(isOpen(next))
  await engine.abort('enough')
  assert.deepEqual(foldDrill(world.ledger.events(next.id))?.phase, 'aborted')
}
