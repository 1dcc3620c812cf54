import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServedBench } from './replay/served-bench.ts'
import { undoOf, type Undo } from './undo.ts'

const run = async (served: ServedBench, action: string, params: object): Promise<{ summary: string; undo: Undo | null }> =>
  JSON.parse((await served.ask('trainee', 'POST', `/api/actions/${action}`, { params })).text) as { summary: string; undo: Undo | null }

test('an action’s change is undone by the action in its answer', async () => {
  await using served = new ServedBench()
  const { bench } = served
  await bench.start()
  const { range } = bench
  const usual = await range.releases.current('inventory')
  const other = range.releases.list('inventory').find(({ version }) => version !== usual)?.version ?? ''
  const cases: [string, object, () => Promise<unknown>][] = [
    ['deploy', { service: 'inventory', version: other }, () => range.releases.current('inventory')],
    [
      'change-setting',
      { service: 'orders', key: 'DB_POOL_MAX', value: '3' },
      async () => (await range.config.get('orders'))['DB_POOL_MAX'],
    ],
    ['limit-rate', { requestsPerSecond: 5 }, async () => (await range.config.get('gateway'))['RATE_LIMIT_RPS']],
    ['set-flag', { flag: 'stock-words', variant: 'on' }, async () => range.flags?.read()],
    ['set-mesh-timeout', { to: 'inventory', timeoutMs: 123 }, () => range.mesh.policy()],
  ]
  for (const [action, params, read] of cases) {
    const before = await read()
    const { undo } = await run(served, action, params)
    assert.notEqual(await read(), before, `${action} changes something`)
    assert.ok(undo, `${action} can be undone`)
    await run(served, undo.action, undo.params)
    assert.equal(await read(), before, `${action} is undone`)
  }
})

test('no undo is offered if there is none, or the state cannot be read, and the action runs all the same', async () => {
  await using served = new ServedBench()
  await served.bench.start()
  assert.equal((await run(served, 'restart', { component: 'orders' })).undo, null)
  const { range } = served.bench
  assert.equal(await undoOf(range, 'deploy', { service: 'no such' }), null)
  const broken = { ...range, config: { ...range.config, get: () => Promise.reject(new Error('gone')) } }
  assert.equal(await undoOf(broken, 'limit-rate', {}), null)
})
