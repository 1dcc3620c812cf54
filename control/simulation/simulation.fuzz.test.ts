import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { holdsFor } from '../../test/fuzz.ts'
import { anyCommand, carryOut, type Command } from './commands.ts'
import { comesToRest, mustHold, recoveryIsTrue } from './invariants.ts'
import { simulated, World } from './world.ts'
import { AlertReconciliation } from '../alert-reconciliation.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'
import { settled } from '../replay/engine-bench.ts'

async function play(history: readonly Command[]): Promise<number> {
  using world = await World.begin()
  const recovered = new Set<string>()
  for (const command of history) {
    await carryOut(world, command)
    await settled()
    await mustHold(world)
    for (const drill of world.drills()) {
      if (recovered.has(drill) || world.state(drill).milestones.recovered === null) continue
      recovered.add(drill)
      await recoveryIsTrue(world, drill)
    }
  }
  await comesToRest(world)
  return world.seconds
}

const command = (name: Command['name'], pick = 0): Command => ({ name, pick })

/** What each is for: a history in which a promise is broken without it. */
const guards: Record<string, { history: Command[]; without: () => () => void }> = {
  'limits that follow the clock': {
    history: [
      command('the instructor breaks something'),
      command('the clock is set'),
      command('some time passes', 19),
      command('some time passes', 19),
    ],
    without: () => replaced(Ledger.prototype, 'followClock', () => {}),
  },
  'pages held against what Alertmanager has': {
    history: [command('start'), command('some time passes', 19), command('fire an alert', 3), command('some time passes', 19)],
    without: () => replaced(AlertReconciliation.prototype, 'look', () => ({ over: [], unheard: [] })),
  },
  'the reaper': {
    history: [command('start'), command('some time passes', 19), command('the control plane is killed'), command('some time passes', 19)],
    without: () => replaced(Injector.prototype, 'revertAll', async () => []),
  },
}

/** Puts another function in its place; returns what puts it back. */
function replaced<Owner extends object, Name extends keyof Owner & string>(owner: Owner, name: Name, by: Owner[Name]): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  assert.ok(own)
  Object.defineProperty(owner, name, { ...own, value: by })
  return () => void Object.defineProperty(owner, name, own)
}

for (const [guard, { history, without }] of Object.entries(guards)) {
  test(`a promise is broken without ${guard}, and kept with it`, async () => {
    await play(history)
    const putBack = without()
    try {
      await assert.rejects(play(history), { code: 'ERR_ASSERTION' })
    } finally {
      putBack()
    }
  })
}

test('a control plane that dies before the clock is set back is not waited for any longer', () =>
  play([
    command('start'),
    command('some time passes', 2),
    command('the control plane is killed'),
    command('the clock is set'),
    ...Array.from({ length: 3 }, () => command('some time passes', 19)),
  ]).then(() => {}))

test('at least ten scenarios can be simulated', () => assert.ok(simulated.length >= 10, String(simulated.length)))

test('the promises hold, no matter what people do and which process dies', async (context) => {
  const stderr = process.stderr.write.bind(process.stderr)
  // What engines complain of is what is done to them.
  process.stderr.write = () => true
  let [steps, seconds] = [0, 0]
  let playing: Promise<unknown> = Promise.resolve()
  try {
    await holdsFor(context, [fc.array(anyCommand, { minLength: 1, maxLength: 60, size: 'max' })], async (history) => {
      const played = play(history)
      playing = played
      seconds += await played
      steps += history.length
    })
  } finally {
    // The last one may have been given up when time was over.
    await playing.catch(() => {})
    process.stderr.write = stderr
    context.diagnostic(`${steps} steps, ${seconds} s on the simulated clock`)
  }
})
