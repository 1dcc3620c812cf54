import assert from 'node:assert/strict'
import { faultsHaveReasons } from './faults-in.ts'
import { beginsFresh } from './next-drill.ts'
import { mustBeOrdered } from './ordered.ts'
import { isBroken, recoveryIsTrue } from './recovery.ts'
import { stateIsTold } from './told.ts'
import type { World } from './world.ts'

/** The promises, in words, and functions that check them after each step. */
const invariants: Readonly<Record<string, readonly ((world: World) => void | Promise<void>)[]>> = {
  'No fault is in without an open drill or an instructor’s order.': [faultsHaveReasons],
  'Nothing of a drill changes the next.': [beginsFresh],
  'Every page, action, view and kill that happens in a drill is in its events once.': [happensOnce],
  'The state told is the state that is.': [stateIsTold],
  'Recovered means that somebody fixed it.': [recoveryIsTrue, isBroken],
}

/** Throws an assertion error if one of them is broken. */
export async function mustHold(world: World): Promise<void> {
  assert.deepEqual(world.wrong, [], 'nothing ends with what nobody is told')
  for (const checks of Object.values(invariants)) for (const check of checks) await check(world)
}

function happensOnce(world: World): void {
  for (const id of world.drills()) mustBeOrdered(world.events(id))
  world.witness.mustBeTold(world)
}
