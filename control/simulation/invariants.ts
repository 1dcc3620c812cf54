import assert from 'node:assert/strict'
import { drillClock, foldDrill, isOpen } from '../../model/drill.ts'
import { leaseMs } from '../lease.ts'
import { revertedIn } from '../taken-out.ts'
import { latest } from './commands.ts'
import { mustBeOrdered } from './ordered.ts'
import { simulated } from './simulated.ts'
import type { World } from './world.ts'

/** For so many seconds nothing has gone wrong: what ought to be so is so again. */
const calmAfter = 30
/** A fault lives a little longer than its drill, whose end takes it out. */
const graceMs = 65_000
const longestPauseMs = 30 * 60_000
/** Within so many seconds what Alertmanager has is known, whatever became of its notifications. */
const heardWithin = 15

/** A fault whose time has come is in within so many seconds, and the drill of one that somebody took out is over. */
const dueWithin = 6

/** So many seconds after all has gone well again, the range is at rest. */
const restedWithin = 85

/** What holds whatever happens, at every moment. */
export async function mustHold(world: World): Promise<void> {
  assert.deepEqual(world.wrong, [], 'nothing ends with what nobody is told')
  const calm = world.seconds - world.troubledAt > calmAfter
  const ids = world.drills()
  for (const id of ids) mustBeOrdered(world.events(id))
  const open = ids.filter((id) => isOpen(world.state(id)))
  assert.ok(open.length <= 1, `one drill at a time: ${open.join(', ')}`)

  const { engine } = world
  // It has looked at least once since.
  if (engine && !world.diskIsFull && calm && world.aliveFor > 2)
    assert.equal(engine.running()?.id ?? null, open[0] ?? null, 'the state told is the state that is')

  for (const record of world.ledger.openFaults()) {
    if (!calm) break
    const lateMs = world.clock.now - record.deadlineAt
    assert.ok(lateMs < 5_000, `${record.fault} is in ${lateMs} ms past its limit`)
    const drill = record.drill === null ? null : world.state(record.drill)
    if (drill && isOpen(drill) && !world.clockWasSet) {
      // Where it is paused, for as long as a pause may be.
      const leftMs = Math.max(0, drill.limitMs - drillClock(drill, world.clock.now)) + (drill.phase === 'paused' ? longestPauseMs : 0)
      const beyondMs = record.deadlineAt - world.clock.now - leftMs
      assert.ok(beyondMs <= graceMs, `the limit of ${record.fault} is ${beyondMs} ms after the drill's`)
    }
    // A drill's fault does not outlive it, as long as somebody is there to take it out.
    if (drill && !isOpen(drill) && world.aliveFor > calmAfter && world.clock.now - (drill.endedAt ?? 0) > 60_000)
      assert.fail(`${record.fault} is in, and its drill is over`)
  }
  if (calm && world.aloneFor > leaseMs / 1_000 + 5)
    assert.deepEqual(world.ledger.openFaults(), [], 'with nobody to look after it, a fault comes out')
  pagesAreKnown(world, open[0])
  if (calm && world.aliveFor > 2) faultsAreIn(world, open[0])
  if (calm && world.aliveFor > dueWithin) isBroken(world, open[0])
}

/** What a drill is told to be broken by was put in, and not only about to be. */
function faultsAreIn(world: World, drill: string | undefined): void {
  if (drill === undefined) return
  for (const event of world.events(drill))
    if (event.type === 'fault-injected')
      assert.notEqual(world.ledger.fault(event.instance)?.state, 'planned', `${event.fault} is told to be in, and never was`)
}

/** A drill that goes on has in it what its timeline says: nobody is to mend what is not broken. */
function isBroken(world: World, drill: string | undefined): void {
  const state = drill === undefined ? null : world.state(drill)
  const scenario = simulated.find(({ id }) => id === state?.scenario)
  if (state?.phase !== 'running' || !scenario || world.clockWasSet) return
  const events = world.events(state.id)
  for (const [step, { at, for: forMs }] of scenario.timeline.entries()) {
    if (forMs !== undefined || drillClock(state, world.clock.now) < at + dueWithin * 1_000) continue
    const put = events.findLast((event) => event.type === 'fault-injected' && event.step === step)
    const record = put?.type === 'fault-injected' ? world.ledger.fault(put.instance) : null
    // Somebody has just taken it out: that is looked at once a second.
    if (record?.revertedAt && world.clock.now - record.revertedAt < dueWithin * 1_000) continue
    assert.ok(record?.state === 'injected', `the drill goes on, and its step ${step} is ${record?.state ?? 'not in'}`)
  }
}

/** No page is lost, whatever became of its notification. */
function pagesAreKnown(world: World, drill: string | undefined): void {
  const state = drill === undefined ? null : world.state(drill)
  // When an alert began is told by a clock: not promised where that was set.
  if (state?.phase !== 'running' || state.lastInjectedAt === null || world.clockWasSet) return
  const events = world.events(state.id)
  // As long as it has been looked at by the same control plane, without anything in the way.
  const watchedFor = Math.min(world.aliveFor, world.seconds - world.troubledAt, (world.clock.now - state.lastInjectedAt) / 1_000)
  const last = events.findLast(({ type }) => type === 'drill-continued')
  if (watchedFor < heardWithin || (last && world.clock.now - last.at < heardWithin * 1_000)) return
  const firing = new Set(state.firing.map(({ fingerprint }) => fingerprint))
  for (const { fingerprint, startsAt } of world.alerts) {
    const since = world.firingSince.get(fingerprint) ?? world.seconds
    // What fired before the drill began is not of it.
    if (Date.parse(startsAt) <= state.startedAt || world.seconds - since < heardWithin) continue
    assert.ok(firing.has(fingerprint), `${fingerprint} fires and is not known`)
  }
}

/** Recovered means that somebody mended it: at that moment nothing of the drill was in force, and none of it was taken out by anybody else. */
export async function recoveryIsTrue(world: World, drill: string): Promise<void> {
  const events = world.events(drill)
  const recoveredAt = world.state(drill).milestones.recovered ?? 0
  // A drill that is over by recovering takes out what was in it, in the same second.
  const isOver = !isOpen(world.state(drill))
  const reverted = revertedIn(events)
  for (const event of events) {
    if (event.type !== 'fault-injected' || reverted.has(event.instance)) continue
    const record = world.ledger.fault(event.instance)
    if (!record) continue
    const byItsEnd = isOver && (record.revertedAt ?? recoveredAt) >= recoveredAt
    assert.ok(record.state === 'injected' || byItsEnd, `recovered, and ${record.fault} was ${record.state} by somebody else`)
    assert.ok(!(await world.isInForce(record.fault, record.params)), `recovered, and ${record.fault} is in force`)
  }
}

const isAtRest = ({ engine, ledger }: World): boolean =>
  engine !== null && !engine.running() && engine.troubles.length === 0 && ledger.openFaults().length === 0

/** When all is quiet again the range is as it was, and takes the next drill. */
export async function comesToRest(world: World): Promise<void> {
  world.trouble.length = 0
  world.writesLeft = null
  world.diskIsFull = false
  world.suspended = false
  world.alerts.length = 0
  world.firingSince.clear()
  world.revive()
  // What is late has come by then.
  await world.pass(Math.max(10, latest + 2 - (world.seconds - world.troubledAt)))
  const state = world.engine?.running()
  if (state) world.does(world.engine?.abort('enough') ?? Promise.resolve())
  // It has so long, and no trouble comes back.
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
  // A drill's end sets back all that differs, and hides what a fault left; where there was none, what instructors broke is as it was.
  if (world.drills().length === 0)
    for (const { fault, params } of world.ledger.faultsSince(0))
      assert.equal(await world.isInForce(fault, params), false, `${fault} was taken out, and is in force`)
  await engine.restore()
  assert.deepEqual(await world.difference(), [], 'the range is as it was')
  const next = await engine.start('slow-shelves', { mode: 'learning', trainee: 'the next', seed: 1 })
  assert.ok(isOpen(next))
  await engine.abort('enough')
  assert.deepEqual(foldDrill(world.ledger.events(next.id))?.phase, 'aborted')
}
