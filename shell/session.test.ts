import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until as waitUntil } from '../model/until.ts'
import { Session, type Watcher } from './session.ts'

const shell = { file: '/bin/sh', args: ['-c'], env: { PATH: '/usr/bin:/bin' } }
const start = (script: string) => {
  const ended = Promise.withResolvers<string>()
  const session = new Session({ ...shell, args: ['-c', script] }, { cols: 80, rows: 24 }, ended.resolve)
  return { session, ended: ended.promise }
}

/** A viewer that receives output, and confirms that it has drawn it, unless it is slow. */
function watcher({ slow = false } = {}) {
  const seen = { bytes: 0, text: '', skips: 0, why: '' }
  const state = { draws: (_place: number) => {} }
  const takes: Watcher = {
    name: 'somebody',
    print(bytes, at) {
      seen.bytes += bytes.length
      seen.text = (seen.text + bytes.toString('latin1')).slice(-200)
      if (!slow) state.draws(at + bytes.length)
    },
    skip: () => void seen.skips++,
    buffered: () => 0,
    keyboard() {},
    ended: (why) => void (seen.why = why),
  }
  return { seen, state, takes }
}

const until = (what: () => boolean, withinMs = 20_000) => waitUntil(what.toString(), withinMs, what, 20)

test('a flood waits for its viewer, and takes no more memory than the scrollback', async () => {
  const { session } = start('exec yes')
  const reader = watcher({ slow: true })
  const watching = session.watch(reader.takes, 0)
  await until(() => reader.seen.bytes > 300_000)
  let last = -1
  // It has stopped when nothing has arrived for a while.
  await until(() => last === session.scrollback.end || ((last = session.scrollback.end), false))
  assert.ok(session.scrollback.end < 1_000_000, `${session.scrollback.end} bytes were printed to somebody who reads nothing`)
  const stoodAt = session.scrollback.end
  watching.acknowledge(session.scrollback.end)
  await until(() => session.scrollback.end > stoodAt)
  // Another viewer lets it continue, and the slow one is left behind.
  const quick = watcher()
  const also = session.watch(quick.takes, session.scrollback.end)
  quick.state.draws = also.acknowledge
  also.acknowledge(session.scrollback.end)
  await until(() => quick.seen.bytes > 6_000_000, 40_000)
  assert.ok(session.scrollback.end - session.scrollback.start < 4.2 * 1024 * 1024)
  watching.acknowledge(session.scrollback.end)
  await until(() => reader.seen.skips > 0)
  session.end('enough')
  assert.deepEqual([reader.seen.why, quick.seen.why], ['enough', 'enough'])
})

test('output that nobody watches has a limited rate', async () => {
  const { session } = start('exec yes')
  const from = performance.now()
  await until(() => session.scrollback.end > 1_000_000)
  await until(() => performance.now() - from > 2_000)
  const perSecond = session.scrollback.end / ((performance.now() - from) / 1_000)
  session.end('enough')
  assert.ok(perSecond < 8 * 1024 * 1024, `${Math.round(perSecond)} bytes a second`)
})

test('an impossible window size is corrected, and the program is notified', async () => {
  const { session, ended } = start('while :; do stty size; read line || exit; done')
  const reader = watcher()
  const watching = session.watch(reader.takes, 0)
  reader.state.draws = watching.acknowledge
  await until(() => /24 80/.test(reader.seen.text))
  for (const [asked, got] of [
    [{ cols: 1e9, rows: Number.NaN }, '5 400'],
    [{ cols: -4, rows: 40.6 }, '41 20'],
    [{ cols: 132, rows: 43 }, '43 132'],
  ] as const) {
    session.resize(asked)
    session.type(Buffer.from('\n'))
    await until(() => reader.seen.text.includes(got))
  }
  session.type(Buffer.from([4]))
  assert.equal(await ended, 'the shell exited')
})

test('input that is not read is accepted up to a limit', async () => {
  const { session } = start('stty raw -echo; echo ready; exec sleep 1000')
  const reader = watcher()
  session.watch(reader.takes, 0)
  await until(() => /ready/.test(reader.seen.text))
  let taken = 0
  for (let piece = 0; piece < 100; piece++) if (session.type(Buffer.alloc(16 * 1024, 'x'))) taken++
  session.end('enough')
  assert.ok(taken > 0 && taken < 40, `${taken} of 100 pieces`)
})
