import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { holdsFor, leastSteps } from '../../test/fuzz.ts'
import { anyHistory, command, start, type Command } from './commands.ts'
import { guards } from './guards.ts'
import { nothing, play, toldOf } from './play.ts'
import { simulated } from './simulated.ts'

/** Plays random histories, one after another, and reports what they covered. */
async function explore(context: { diagnostic: (line: string) => void }): Promise<void> {
  const stderr = process.stderr.write.bind(process.stderr)
  // Engines log the injected failures.
  process.stderr.write = () => true
  const covered = nothing()
  const from = performance.now()
  let playing: Promise<void> = Promise.resolve()
  try {
    await holdsFor(context, [anyHistory], (history) => (playing = play(history, covered)), { steps: () => covered.steps })
  } finally {
    // The last one may have been cut off when the time was over.
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

  test('a drill that ends while a fault is being planned does not inject it', () =>
    play([
      start('busy-signal'),
      command('ease'),
      command('a call goes wrong', 24_602),
      command('some time passes', 2),
      command('finish'),
      command('some time passes', 19),
      command('some time passes', 19),
    ]))

  test('a scenario that is made easier in a pause is broken as it should be soon after it continues', async () => {
    const easier = simulated.filter(({ ease }) => (ease?.steps.length ?? 0) > 0)
    assert.ok(easier.length > 0)
    for (const { id } of easier)
      await play([
        start(id),
        command('some time passes', 19),
        command('some time passes', 19),
        command('pause'),
        command('ease'),
        command('some time passes', 19),
        command('continue'),
        command('a call goes wrong'),
      ])
  })

  test('reverting all faults in the second of the recovery does not take it away', () =>
    play([
      start('holding-the-line'),
      ...Array.from({ length: 3 }, () => command('some time passes', 19)),
      command('fire an alert'),
      command('acknowledge'),
      command('look'),
      command('name the cause'),
      command('fix'),
      ...Array.from({ length: 2 }, () => command('some time passes', 19)),
      command('the instructor takes everything out'),
      command('resolve an alert'),
      command('some time passes', 4),
    ]))

  test('a control plane that was suspended while the disk got room writes its pending events at the next tick', () =>
    play([
      start('after-you'),
      command('some time passes', 3),
      command('the disk is full'),
      command('run an action'),
      command('the control plane is suspended'),
      command('the disk has room again'),
      command('some time passes', 4),
      command('the control plane goes on'),
      command('run an action'),
      command('some time passes', 4),
    ]))

  test('an unrecorded fault from before a drill was made easier is replaced by the lighter one', () =>
    play([
      start('full-house'),
      command('a write is the last', 69_472),
      command('some time passes', 2),
      command('the control plane is started'),
      command('ease'),
      command('some time passes', 7),
      command('some time passes', 19),
    ]))

  test('a control plane that resumes a drill while the disk is full records that when there is room again', () =>
    play([
      start('after-you'),
      ...Array.from({ length: 3 }, () => command('some time passes', 4)),
      command('the disk is full'),
      command('the control plane is killed'),
      command('the control plane is started'),
      command('the disk has room again'),
      ...Array.from({ length: 3 }, () => command('some time passes', 19)),
    ]))

  test('a control plane that dies before the clock is set back is not waited for any longer', () =>
    play([
      start('after-you'),
      command('some time passes', 2),
      command('the control plane is killed'),
      command('the clock is set'),
      ...Array.from({ length: 3 }, () => command('some time passes', 19)),
    ]))

  test('of two faults in one policy, the older one may be reverted first: what is left keeps its meaning', () =>
    play([
      start('busy-signal'),
      command('much time passes'),
      command('a call goes wrong'),
      command('the control plane is killed'),
      command('much time passes'),
    ]))

  test('a fault that is injected between two settings of the clock has its deadline moved with the second one', () =>
    play([
      command('the clock is set', 4),
      command('the instructor breaks something'),
      command('the clock is set'),
      command('some time passes'),
    ]))

  test('an unrecorded fault is recorded by the next process, even if the clock was set back since', () =>
    play([
      start('cut-short'),
      command('a write is the last', 2),
      command('some time passes'),
      command('the control plane is started'),
      command('the clock is set'),
      command('much time passes'),
    ]))

  test('the late effect of a reverted fault is undone, even by the next process', () =>
    play([
      command('a call goes wrong', 76_012),
      command('the instructor breaks something'),
      command('a call goes wrong', 8),
      command('some time passes', 8),
      command('some time passes', 19),
      command('some time passes', 5),
    ]))

  test('a reaper whose revert is slow leaves a later change of the policy by the control plane alone', () =>
    play([
      start('one-in-ten'),
      command('some time passes', 1),
      command('a call goes wrong', 49_872),
      command('some time passes', 7),
      command('the control plane is killed'),
      command('some time passes', 10),
      command('the control plane is suspended'),
    ]))

  test('whichever write a control plane dies after, faults’ deadlines move with the time of their drill', async () => {
    const changes: Command[][] = [
      [command('pause')],
      [command('extend')],
      [command('pause'), command('some time passes', 3), command('continue')],
    ]
    for (const change of changes)
      for (const write of [0, 1, 2])
        await play([
          start('after-you'),
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

  test('the promises are kept, no matter what people do and which process dies', (context) =>
    // On the thread where tests are defined, each promise is tracked, which takes a third of the time.
    leastSteps === null ? explore(context) : exploreInThread(context))
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
if (!isMainThread) await explore({ diagnostic: (line) => void parentPort?.postMessage(line) })
else defineTests()
