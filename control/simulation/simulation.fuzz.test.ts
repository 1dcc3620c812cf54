import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { holdsFor, leastSteps } from '../../test/fuzz.ts'
import { anyHistory, type Command } from './commands.ts'
import { nothing, play, toldOf } from './play.ts'
import { simulated } from './simulated.ts'
import { AlertReconciliation } from '../alert-reconciliation.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'

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

/** Plays one random history after another, and tells what that has covered. */
async function explore(context: { diagnostic: (line: string) => void }): Promise<void> {
  const stderr = process.stderr.write.bind(process.stderr)
  // What engines complain of is what is done to them.
  process.stderr.write = () => true
  const covered = nothing()
  const from = performance.now()
  let playing: Promise<void> = Promise.resolve()
  try {
    await holdsFor(context, [anyHistory], (history) => (playing = play(history, covered)), { steps: () => covered.steps })
  } finally {
    // The last one may have been given up when time was over.
    await playing.catch(() => {})
    process.stderr.write = stderr
    for (const line of toldOf(covered, performance.now() - from)) context.diagnostic(line)
  }
}

async function exploreInThread(context: { diagnostic: (line: string) => void }): Promise<void> {
  const thread = new Worker(new URL(import.meta.url))
  thread.on('message', (line) => context.diagnostic(String(line)))
  const [code] = await once(thread, 'exit')
  assert.equal(code, 0)
}

function defineTests(): void {
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
    ]))

  test('whichever write a control plane dies after, the limits of faults go with the time of their drill', async () => {
    const changes: Command[][] = [
      [command('pause')],
      [command('extend')],
      [command('pause'), command('some time passes', 3), command('continue')],
    ]
    for (const change of changes)
      for (const write of [0, 1, 2])
        await play([
          command('start'),
          command('some time passes', 19),
          command('some time passes', 19),
          ...change.slice(0, -1),
          command('a write is the last', write),
          ...change.slice(-1),
          command('some time passes', 3),
          command('the control plane is started'),
          command('some time passes', 3),
          command('continue'),
          command('some time passes', 19),
          command('some time passes', 19),
        ])
  })

  test('faults of one kind that are injected at the same time leave nothing behind', () =>
    play([
      command('a call goes wrong', 54_052),
      command('the instructor breaks something', 53_175),
      command('the instructor breaks something'),
      command('the instructor breaks something'),
      command('much time passes'),
      command('fire an alert'),
    ]))

  test('at least ten scenarios can be simulated', () => assert.ok(simulated.length >= 10, String(simulated.length)))

  test('the promises hold, no matter what people do and which process dies', (context) =>
    // Of a thread in which tests are defined, each promise is followed, which takes a third of the time.
    leastSteps === null ? explore(context) : exploreInThread(context))
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
if (!isMainThread) await explore({ diagnostic: (line) => void parentPort?.postMessage(line) })
else defineTests()
