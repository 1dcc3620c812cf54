import assert from 'node:assert/strict'
import { AlertReconciliation } from '../alert-reconciliation.ts'
import { Ending } from '../drill/ending.ts'
import { DrillFaults } from '../drill/faults.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'
import { Restoration } from '../restoration.ts'
import { command, start, type Command } from './commands.ts'

interface Guard {
  /** A history in which a promise is broken without the guard. */
  history: readonly Command[]
  /** Removes the guard; returns a function that puts it back. */
  without: () => () => void
}

const aWhile = [command('some time passes', 19), command('some time passes', 19)]
const isBack = [command('some time passes', 5), command('the control plane is started'), ...aWhile]
/** A scenario that is eased by fewer users, which could be left behind. */
const easedAndOver = (write: number) => [
  start('slow-shelves'),
  command('ease'),
  command('a write is the last', write),
  command('finish'),
  command('the control plane is started'),
  command('some time passes', 19),
]

/** The guards that keep promises, named for a test's title. */
export const guards: Readonly<Record<string, Guard>> = {
  'limits that follow the clock': {
    history: [command('the instructor breaks something'), command('the clock is set'), ...aWhile],
    without: () => replaced(Ledger.prototype, 'followClock', () => {}),
  },
  'pages compared with what Alertmanager has': {
    history: [start('after-you'), command('some time passes', 19), command('fire an alert', 3), command('some time passes', 19)],
    without: () => replaced(AlertReconciliation.prototype, 'look', () => ({ over: [], unheard: [] })),
  },
  'the reaper': {
    history: [start('after-you'), command('some time passes', 19), command('the control plane is killed'), command('some time passes', 19)],
    without: () => replaced(Injector.prototype, 'revertAll', async () => []),
  },
  // Killed when the fault is planned.
  'the reverting of what was on its way when a control plane died': {
    history: [start('after-you'), command('a write is the last', 3), ...isBack],
    without: () => replaced(Injector.prototype, 'revertUnfinished', async () => {}),
  },
  // Killed when the fault is injected, but not recorded in the drill: without the guard, it would be injected a second time.
  'the recognition of a fault that is in already': {
    history: [start('after-you'), command('a write is the last', 4), ...isBack],
    without: () => replaced(DrillFaults.prototype, 'standing', () => undefined),
  },
  // The call that injects more users is delayed by 25 s. Reverted only then, it would change the number of users after the restore.
  'the wait of a drill’s end for what is going in': {
    history: [
      start('busy-signal'),
      command('ease'),
      command('a call goes wrong', 24_612),
      command('some time passes', 2),
      command('finish'),
      ...aWhile,
    ],
    without: () => replaced(DrillFaults.prototype, 'settled', async () => []),
  },
  // Killed when the end is written, and before anything is restored.
  'the restore that is owed by a control plane that died': {
    history: easedAndOver(1),
    without: () => replaced(Restoration.prototype, 'isOwed', () => false),
  },
  // With the guard, the first write is that a restore is pending, and without it the end.
  'the note that a restore is owed, before the end of a drill': {
    history: easedAndOver(0),
    without: () => replaced(Restoration.prototype, 'owe', () => {}),
  },
  // The first call of the reset fails, which is the fault's revert.
  'the refusal of a range that is not restored': {
    history: [command('the instructor breaks something', 59), command('a call goes wrong', 0), command('the instructor resets')],
    without: () => replaced(Restoration.prototype, 'mustHold', () => {}),
  },
  'the end of a drill whose fault somebody else took out': {
    history: [start('after-you'), command('some time passes', 19), command('the instructor takes everything out'), ...aWhile],
    without: () => replaced(Ending.prototype, 'voidAsTaken', async () => {}),
  },
  // Before anything is injected that could be reverted.
  'the end of a drill in which nobody could act': {
    history: [
      start('after-you'),
      command('the control plane is killed'),
      command('some time passes', 13),
      command('the control plane is started'),
      ...aWhile,
    ],
    without: () => replaced(Ending.prototype, 'voidAsStood', async () => {}),
  },
}

/** Replaces a function; returns a function that puts it back. */
function replaced<Owner extends object, Name extends keyof Owner & string>(owner: Owner, name: Name, by: Owner[Name]): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  assert.ok(own)
  Object.defineProperty(owner, name, { ...own, value: by })
  return () => void Object.defineProperty(owner, name, own)
}
