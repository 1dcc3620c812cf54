import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, test } from 'node:test'
import { openLocalRange, rangeOf } from '../../../control/wiring.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { freePort } from '../../../test/free-port.ts'
import { family, liveness, withEnvironment } from './identity.ts'
import { dissolve } from './precedence.ts'
import { killAll } from './process.ts'
import { RangeState } from './state.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-target-'))
const state = new RangeState(dir)
state.configure({ portBase: await freePortBase() })
const target = openLocalRange(dir)
/** All processes that run as this range's Redis, recorded or not. */
const running = () => withEnvironment({ FIREDRILL_RANGE: state.config().id, FIREDRILL_COMPONENT: 'redis' })

afterEach(() => target.stop('redis'))
after(async () => {
  target.sweep(new Set())
  rmSync(dir, { recursive: true, force: true })
})

test('three simultaneous restarts leave one process, which is in the record', async () => {
  await target.start('redis')
  await Promise.all([target.restart('redis'), target.restart('redis'), openLocalRange(dir).restart('redis')])
  const record = state.run('redis')
  assert.ok(record && liveness(record) === 'running')
  assert.deepEqual(running(), family(record.pid))
})

test('simultaneous starts and stops end in the state that the record says', async () => {
  await Promise.allSettled([
    target.start('redis'),
    target.stop('redis'),
    target.start('redis'),
    target.restart('redis'),
    target.stop('redis'),
  ])
  const record = state.run('redis')
  assert.deepEqual(running(), record && liveness(record) === 'running' ? family(record.pid) : [])
})

test('a process whose component’s record names another that is gone is stopped, and a recorded one replaces it', async () => {
  await target.start('redis')
  const stray = state.run('redis')
  assert.ok(stray)
  state.setRun('redis', { ...stray, pid: 2 ** 22 + 1, startTicks: 1 })
  assert.equal((await target.start('redis')).outcome, 'started')
  assert.equal(liveness(stray), 'gone')
  const record = state.run('redis')
  assert.ok(record && liveness(record) === 'running')
})

test('a process without a record is stopped with its component', async () => {
  await target.start('redis')
  state.clearRun('redis')
  await target.stop('redis')
  assert.deepEqual(running(), [])
})

test('a running process that is slow to answer is not started again', async () => {
  await target.start('redis')
  const record = state.run('redis')
  const client = net.connect(target.context.port('redis'), '127.0.0.1')
  try {
    // Longer than one check waits.
    client.write('CLIENT PAUSE 2500 ALL\r\n')
    await new Promise((resolve) => client.once('data', resolve))
    const startedAt = Date.now()
    assert.equal((await target.start('redis')).outcome, 'already')
    assert.ok(Date.now() - startedAt > 2_000, 'it was slow to answer')
    assert.equal(state.run('redis')?.pid, record?.pid)
  } finally {
    client.destroy()
  }
})

test('a suspended process keeps running, and is reported as suspended', async () => {
  await target.start('redis')
  await target.signal('redis', 'SIGSTOP')
  assert.equal((await target.start('redis')).outcome, 'started')
})

test('settings that differ from what was read are not replaced', async () => {
  const { config, mesh } = rangeOf(target)
  const policy = await mesh.policy()
  const stale = { code: 'outdated', message: /changed since it was read/ }
  await assert.rejects(mesh.apply(`${policy}\n# edited`, 'somebody', `${policy}\n# as another one has it`), stale)
  await assert.rejects(config.set('orders', { DB_POOL_MAX: '1' }, 'somebody', { DB_POOL_MAX: '2' }), stale)
  assert.deepEqual([await mesh.policy(), await config.get('orders')], [policy, {}])
  // These change nothing, so nothing has to run.
  await mesh.apply(policy, 'somebody', policy)
  await config.set('orders', {}, 'somebody', {})
})

test('a canary that is removed while the range starts is not reported as failed', async () => {
  const { start } = target
  const told: string[] = []
  state.setCanary({ service: 'catalog', version: '1.12.0' })
  target.start = async (name) => {
    if (name === 'redis') throw new FiredrillError('component-failed', 'redis is not ready')
    if (name !== 'canary') return { name, outcome: 'started', tookMs: 1 }
    state.setCanary(null)
    throw new FiredrillError('conflict', 'canary was stopped while it started')
  }
  try {
    const reports = await target.startAll(({ name }) => void told.push(name))
    assert.deepEqual(
      reports.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name),
      ['redis'],
    )
    assert.ok(!told.includes('canary') && told.includes('redis'))
  } finally {
    target.start = start
    await dissolve(state.precedence(), state.config().id)
  }
})

test('a port that another program has is reported, and that program is left alone', async () => {
  const other = net.createServer().listen(state.config().portBase + 11, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  try {
    await assert.rejects(target.start('redis'), /is taken by node \S+ \(process \d+\): stop that, or move the range with --port-base/)
    assert.ok(other.listening)
  } finally {
    other.close()
  }
})

test('only a component that exited unexpectedly is restarted', async () => {
  assert.equal(await target.revive('redis'), false, 'nobody started it')
  await target.start('redis')
  assert.equal(await target.revive('redis'), false, 'it runs')
  const record = state.run('redis')
  assert.ok(record)
  await killAll(family(record.pid))
  assert.deepEqual((await Promise.all([target.revive('redis'), openLocalRange(dir).revive('redis')])).toSorted(), [false, true])
  await target.stop('redis')
  assert.equal(await target.revive('redis'), false, 'it was stopped')
})

/** A base at which the port that is used is free now. */
async function freePortBase(): Promise<number> {
  return (await freePort()) - 11
}
