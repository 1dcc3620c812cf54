import assert from 'node:assert/strict'
import { isOpen, type DrillState } from '../../model/drill.ts'
import type { World } from './world.ts'

/** Within this many seconds Alertmanager's alerts are known, whatever became of its notifications. */
const heardWithin = 15

/** Within this many seconds an injected fault is among the drill's events, whichever process injected it. */
const toldWithin = 6

/** The state that clients see is the actual state. */
export function stateIsTold(world: World): void {
  const ids = world.drills()
  for (const id of ids) assert.deepEqual(world.ledger.drill(id), world.state(id), 'what is kept of a drill is what its events say')
  const open = ids.map((id) => world.state(id)).filter(isOpen)
  assert.ok(open.length <= 1, `one drill at a time: ${open.map(({ id }) => id).join(', ')}`)
  const { engine } = world
  // There was at least one tick since.
  if (engine && !world.diskIsFull && world.isCalm && world.aliveFor > 2)
    assert.deepEqual(engine.running(), open[0] ?? null, 'the state told is the state that is')
  pagesAreKnown(world, open[0])
  if (world.isCalm && world.aliveFor > 2) faultsAreIn(world, open[0])
}

/** A fault that the drill's events name was injected, and not only planned; and each injected fault is among them. */
function faultsAreIn(world: World, drill: DrillState | undefined): void {
  if (drill === undefined) return
  const told = new Set<string>()
  for (const event of world.events(drill.id)) {
    if (event.type !== 'fault-injected') continue
    told.add(event.instance)
    assert.notEqual(world.ledger.fault(event.instance)?.state, 'planned', `${event.fault} is told to be in, and never was`)
  }
  if (drill.phase !== 'running' || world.aliveFor <= toldWithin) return
  for (const { instance, fault, drill: of, state } of world.ledger.openFaults())
    if (of === drill.id && state === 'injected') assert.ok(told.has(instance), `${fault} is in, and the drill's events do not know`)
}

/** No page is lost, whatever became of its notification, and none that is over fires. */
function pagesAreKnown(world: World, state: DrillState | undefined): void {
  // An alert's start is by a clock: nothing is promised if that was set.
  if (state?.phase !== 'running' || state.lastInjectedAt === null || world.clockWasSet) return
  const events = world.events(state.id)
  // While the same control plane has been polling, without failures.
  const watchedFor = Math.min(world.aliveFor, world.seconds - world.troubledAt, (world.clock.now - state.lastInjectedAt) / 1_000)
  const last = events.findLast(({ type }) => type === 'drill-continued')
  if (watchedFor < heardWithin || (last && world.clock.now - last.at < heardWithin * 1_000)) return
  const firing = new Set(state.firing.map(({ fingerprint }) => fingerprint))
  for (const { fingerprint, startsAt } of world.alerts) {
    // Alerts that fired before the drill started do not belong to it.
    if (Date.parse(startsAt) <= state.startedAt || world.seconds - (world.changedAt.get(fingerprint) ?? world.seconds) < heardWithin)
      continue
    assert.ok(firing.has(fingerprint), `${fingerprint} fires and is not known`)
  }
  const there = new Set(world.alerts.map(({ fingerprint }) => fingerprint))
  for (const fingerprint of firing)
    if (!there.has(fingerprint) && world.seconds - (world.changedAt.get(fingerprint) ?? 0) >= heardWithin)
      assert.fail(`${fingerprint} is over, and is told to fire`)
}
