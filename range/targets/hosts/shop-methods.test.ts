import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { projectRoot } from '../../../control/paths.ts'
import { freshRange } from '../../../test/fresh-range.ts'
import type { Range } from '../../../model/range.ts'
import { readCall, resultIn } from './calls.ts'
import { shopAnswers, shopMethods, shopStub, type Ask } from './shop-methods.ts'

/** Both ends, with each call and answer converted to JSON, as between two hosts. */
function hosts(change: (range: Range) => unknown = () => {}) {
  const { range } = freshRange()
  change(range)
  const answers = shopAnswers({ ...range, machine: async () => null })
  const calls: { method: string; args: unknown[]; timeoutMs: number | undefined }[] = []
  const ask: Ask = async (method, args, timeoutMs) => {
    const call = readCall(JSON.stringify({ method, args }))
    calls.push({ method, args: call.args, timeoutMs })
    return resultIn(JSON.parse(JSON.stringify({ result: await answers(call.method, call.args) })), method)
  }
  return { range, calls, answers, stub: shopStub(ask, { status: 4_000 }) }
}

describe('calls to the shop’s host', () => {
  test('are executed there, with the same result', async () => {
    const { range, stub } = hosts()
    assert.deepEqual(await stub.host.status({ readiness: false }), await range.status())
    const deployed = await stub.releases.deploy('catalog', '1.9.0', 'Robin')
    assert.deepEqual([deployed.service, deployed.version, deployed.by], ['catalog', '1.9.0', 'Robin'])
    assert.deepEqual(await stub.releases.history(), await range.releases.history())
    await stub.config.set('orders', { DB_POOL_MAX: '1' }, 'Robin')
    assert.deepEqual(await range.config.get('orders'), { DB_POOL_MAX: '1' })
    await stub.mesh.setFault({ from: 'orders', to: 'payments' }, { abort: { httpStatus: 503, percent: 50 } })
    assert.deepEqual(await stub.mesh.faults(), await range.mesh.faults())
    assert.deepEqual(await stub.mesh.faultOn({ from: 'orders', to: 'payments' }), { abort: { httpStatus: 503, percent: 50 } })
    await stub.cluster.edit({ kind: 'Deployment', name: 'orders', patch: { spec: { replicas: 2 } } })
    assert.deepEqual(await stub.cluster.edits(), [{ kind: 'Deployment', name: 'orders', patch: { spec: { replicas: 2 } } }])
    assert.deepEqual(await stub.queue.memory(), await range.queue.memory())
    assert.equal(await stub.processes.stop('redis'), undefined)
    await stub.processes.setClock('orders', -90)
    assert.deepEqual(await stub.processes.clocks(), await range.processes.clocks())
    assert.equal(await stub.host.machine(), null)
  })

  test('every method that only reads returns what its table says, for a whole range', async () => {
    const { stub } = hosts()
    const looks: (() => Promise<unknown>)[] = [
      ...(
        ['pods', 'services', 'rollouts', 'events', 'autoscalers', 'networkPolicies', 'budgets', 'handmade', 'quota', 'rotated'] as const
      ).map((name) => () => stub.cluster[name]()),
      ...(['policy', 'history', 'faults', 'cacheFault', 'identities'] as const).map((name) => () => stub.mesh[name]()),
      () => stub.processes.descriptors('orders'),
      () => stub.processes.clocks(),
      () => stub.releases.canary(),
      () => stub.queue.bindings(),
      () => stub.queue.policies(),
      () => stub.jobs.running(),
      () => stub.host.time(),
    ]
    for (const look of looks) assert.notEqual(await look(), undefined)
  })

  test('an omitted argument stays omitted, and null stays null', async () => {
    const { calls, stub } = hosts()
    await stub.jobs.start('report', {})
    await stub.jobs.start('report', {}, 'watch')
    await stub.processes.limitDescriptors('orders', null)
    await stub.mesh.issueIdentity('orders', undefined)
    await stub.host.status()
    assert.deepEqual(
      calls.map(({ args }) => args),
      [['report', {}], ['report', {}, 'watch'], ['orders', null], ['orders'], []],
    )
    // As an end that does not omit it would send it.
    const { answers } = hosts()
    assert.match(String(await answers('jobs.start', ['report', {}, null])), /^report-/)
  })

  test('only the status of components has a timeout of its own', async () => {
    const { calls, stub } = hosts()
    await stub.host.status()
    await stub.jobs.running()
    assert.deepEqual(
      calls.map(({ timeoutMs }) => timeoutMs),
      [4_000, undefined],
    )
  })
})

describe('refused calls', () => {
  const refused = (method: string, args: unknown[], error: { code: string; message: RegExp }) => async () => {
    const { answers } = hosts()
    await assert.rejects(answers(method, args), error)
  }
  test('an unknown method', refused('mesh.explode', [], { code: 'not-found', message: /does not know mesh\.explode/ }))
  test('a method of every object', refused('constructor', [], { code: 'not-found', message: /does not know/ }))
  test('an unknown port', refused('database.query', ['select 1'], { code: 'not-found', message: /does not know database\.query/ }))
  test(
    'a component that there is not',
    refused('processes.stop', ['sshd'], { code: 'bad-request', message: /processes\.stop cannot be called with that: 0: / }),
  )
  test('too few arguments', refused('releases.deploy', ['catalog'], { code: 'bad-request', message: /releases\.deploy/ }))
  test('too many', refused('jobs.running', ['all'], { code: 'bad-request', message: /jobs\.running/ }))
  test('an argument of another type', refused('cluster.setQuota', ['3'], { code: 'bad-request', message: /expected number/ }))

  test('methods of a cluster, where the shop is in none', async () => {
    const { stub } = hosts((range) => Object.assign(range, { cluster: null }))
    await assert.rejects(stub.cluster.pods(), { code: 'not-found' })
  })

  test('an answer that does not match the method’s schema, with the path', async () => {
    const { stub } = hosts(({ jobs, queue }) => {
      Object.assign(jobs, { running: async () => 'none' })
      Object.assign(queue, { bindings: async () => [{ exchange: 'orders', queue: 7, key: '' }] })
    })
    await assert.rejects(stub.jobs.running(), { code: 'component-failed', message: /answered jobs\.running with something else: / })
    await assert.rejects(stub.queue.bindings(), { code: 'component-failed', message: /0\.queue: .*expected string/ })
  })

  test('an invalid call, and an invalid answer', () => {
    for (const text of ['', '[]', '{"method":"time"}', '{"method":7,"args":[]}', '{"method":"time","args":[],"timeoutMs":-1}'])
      assert.throws(() => readCall(text), { code: 'bad-request', message: /no call of a method/ }, text)
    assert.throws(() => resultIn(null, 'time'), { code: 'component-failed', message: 'time was answered with no result' })
  })
})

test('the table has every method of the ports of a range', () => {
  const { range } = freshRange()
  const left = {
    // Read from the checkout, which both hosts have.
    releases: ['list', 'baseline'],
    mesh: ['baseline', 'check'],
    // Through the broker’s port.
    queue: ['status', 'publish', 'peek', 'purge', 'move', 'bind', 'unbind'],
  } as Record<string, string[]>
  for (const port of ['processes', 'releases', 'config', 'queue', 'jobs', 'cluster', 'mesh'] as const) {
    const names = Object.keys(range[port] ?? {}).filter((name) => !left[port]?.includes(name))
    assert.deepEqual(Object.keys(shopMethods[port]).toSorted(), names.toSorted(), `${port} in ${projectRoot}`)
  }
})
