import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults as allFaults } from '../../drills/faults/registry.ts'
import type { FaultRecord, OfferedFault } from '../../model/fault.ts'
import type { ParamsSchema } from '../../model/params.ts'
import { Measured, well } from '../replay/measured.ts'
import { settled } from '../replay/settled.ts'
import { ServedBench } from '../replay/served-bench.ts'

const codeOf = ({ status, text }: { status: number; text: string }) =>
  `${status} ${(JSON.parse(text) as { error?: { code: string } }).error?.code ?? ''}`
const inject = (served: ServedBench, id: string, body: object = {}, role: 'trainee' | 'instructor' = 'instructor') =>
  served.ask(role, 'POST', `/api/faults/${id}`, body)

test('faults are for the instructor alone, each with its parameters', async () => {
  await using served = new ServedBench()
  for (const [method, path] of [
    ['GET', '/api/faults'],
    ['POST', '/api/faults/noop'],
    ['DELETE', '/api/faults'],
    ['DELETE', '/api/faults/x'],
    ['GET', '/api/fingerprint'],
    ['GET', '/api/samples'],
    ['GET', '/api/invariants'],
    ['POST', '/api/reset'],
  ] as const)
    assert.equal(
      codeOf(await served.ask('trainee', method, path, method === 'POST' ? {} : undefined)),
      '403 forbidden',
      `${method} ${path}`,
    )
  const { faults } = await served.read<{ faults: { id: string; ramps: string[]; params: { properties?: object } }[] }>(
    'instructor',
    '/api/faults',
  )
  const spike = faults.find(({ id }) => id === 'load-spike')
  assert.deepEqual([spike?.ramps, Object.keys(spike?.params.properties ?? {})], [['users'], ['users']])
  assert.deepEqual(faults.find(({ id }) => id === 'noop')?.ramps, [])
})

test('every fault is listed with what the range lacks for it, in general or for single values', async () => {
  await using served = new ServedBench()
  const listed = async () => {
    const { faults } = await served.read<{ faults: OfferedFault[] }>('instructor', '/api/faults')
    assert.equal(faults.length, allFaults.length)
    return faults
      .filter(({ lacks, lacksWith }) => lacks.length > 0 || Object.keys(lacksWith).length > 0)
      .map(({ id, lacks, lacksWith }) => [id, lacks, lacksWith])
  }
  assert.deepEqual(await listed(), [])
  Object.assign(served.bench.range, { lacks: ['cache-proxy', 'mesh-instances', 'edge-reset'] })
  assert.deepEqual(await listed(), [
    ['redis-delay', ['cache-proxy'], {}],
    ['http-reset', ['edge-reset'], {}],
    ['network-partition', [], { instance: { current: ['mesh-instances'] } }],
    ['worn-connections', ['mesh-instances'], { kind: { 'break-off': ['edge-reset'] } }],
  ])
  const refused = await inject(served, 'redis-delay', { params: { delayMs: 25 } })
  assert.equal(codeOf(refused), '501 unsupported')
  assert.match(refused.text, /the range has no proxy in front of Redis/)
})

test('parameters are listed with description, bounds and default, also those of actions', async () => {
  await using served = new ServedBench()
  const { faults } = await served.read<{ faults: OfferedFault[] }>('instructor', '/api/faults')
  const { actions } = await served.read<{ actions: { id: string; params: ParamsSchema }[] }>('trainee', '/api/actions')
  const param = (listed: { id: string; params: ParamsSchema }[], id: string, name: string) =>
    listed.find((entry) => entry.id === id)?.params.properties?.[name]
  assert.deepEqual(param(faults, 'http-delay', 'jitterMs'), {
    description: 'Varies the delay by up to this to either side, in milliseconds',
    type: 'integer',
    minimum: 0,
    maximum: 3e4,
    default: 0,
  })
  assert.deepEqual(param(actions, 'limit-rate', 'requestsPerSecond'), {
    description: 'Requests per second; 0 for no limit',
    type: 'integer',
    minimum: 0,
    maximum: 1e4,
  })
})

test('a fault is injected for the given time, listed, and reverted by its instance or with all others', async () => {
  await using served = new ServedBench()
  await served.bench.pass(20)
  const answer = await inject(served, 'load-spike', { params: { users: 60 }, forMs: 20_000 })
  assert.equal(answer.status, 201)
  const record = JSON.parse(answer.text) as FaultRecord
  assert.deepEqual([record.state, record.drill, record.deadlineAt - record.plannedAt], ['injected', null, 20_000])
  // Another one can be injected, although the range is no longer healthy.
  assert.equal((await inject(served, 'noop')).status, 201)
  const listed = await served.read<{ open: FaultRecord[]; history: FaultRecord[] }>('instructor', '/api/faults')
  assert.deepEqual([listed.open.length, listed.history.length], [2, 2])
  const out = await served.ask('instructor', 'DELETE', `/api/faults/${record.instance}`)
  assert.equal((JSON.parse(out.text) as FaultRecord).state, 'reverted')
  assert.deepEqual(JSON.parse((await served.ask('instructor', 'DELETE', '/api/faults')).text), { reverted: 1 })
  assert.equal(codeOf(await served.ask('instructor', 'DELETE', '/api/faults/none')), '404 not-found')
})

test('a fault that cannot be injected is refused with the reason', async () => {
  const measured = new Measured()
  await using served = new ServedBench({ sampler: measured })
  await served.bench.pass(20)
  const table: [id: string, body: object, expected: string][] = [
    ['no-such', {}, '404 not-found'],
    ['load-spike', {}, '400 bad-request'],
    ['noop', { forMs: 999 }, '400 bad-request'],
    ['noop', { forMs: 3_600_001 }, '400 bad-request'],
    ['noop', { ramp: { param: 'x', from: 1, overMs: 1_000 } }, '400 bad-request'],
  ]
  for (const [id, body, expected] of table) assert.equal(codeOf(await inject(served, id, body)), expected, `${id} ${JSON.stringify(body)}`)
  measured.next = () => ({ ...well(), backlog: 900 })
  await served.bench.pass(1)
  assert.equal(codeOf(await inject(served, 'noop')), '409 range-not-steady')
})

test('a reset restores the range, and is refused during a drill', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const fresh = await served.read<{ hash: string }>('instructor', '/api/fingerprint')
  await bench.start()
  assert.equal(codeOf(await served.ask('instructor', 'POST', '/api/reset')), '409 conflict')
  await bench.engine.abort('enough')
  await bench.range.config.set('orders', { DB_POOL_MAX: '1' }, 'somebody')
  assert.notEqual((await served.read<{ hash: string }>('instructor', '/api/fingerprint')).hash, fresh.hash)
  const answer = await served.ask('instructor', 'POST', '/api/reset')
  assert.equal(answer.status, 200)
  assert.deepEqual(await bench.range.config.get('orders'), {})
  assert.equal((await served.read<{ samples: unknown[] }>('instructor', '/api/samples')).samples.length, bench.sampler.samples().length)
})

test('nothing can be changed while a drill starts or the range is restored, and no drill starts during an injection', async () => {
  await using served = new ServedBench()
  const { bench } = served
  await bench.pass(20)
  const start = () => served.ask('trainee', 'POST', '/api/drills', { scenario: 'stuck-checkout', mode: 'learning', trainee: 'Robin' })
  const release = { params: { service: 'inventory', version: '1.5.0' }, forMs: 600_000 }
  const gate = Promise.withResolvers<void>()
  const { mix } = bench.range.load
  bench.range.load.mix = async () => {
    await gate.promise
    return mix()
  }
  const starting = start()
  await settled()
  const refused = '409 range-not-steady'
  assert.equal(codeOf(await inject(served, 'bad-release', release)), refused)
  for (const [path, body] of [
    ['/api/load', { users: 90 }],
    ['/api/load/mix', { bots: 5, hotShare: 0, rate: 0 }],
  ] as const)
    assert.equal(codeOf(await served.ask('instructor', 'PUT', path, body)), refused, path)
  const restart = { params: { component: 'redis' } }
  assert.equal(codeOf(await served.ask('trainee', 'POST', '/api/actions/restart', restart)), refused)
  gate.resolve()
  assert.equal((await starting).status, 201)
  const again = Promise.withResolvers<void>()
  bench.range.load.mix = async () => {
    await again.promise
    return mix()
  }
  const ending = bench.engine.abort('enough')
  await settled()
  assert.equal(codeOf(await inject(served, 'bad-release', release)), refused, 'while the range is restored')
  again.resolve()
  await ending
  await bench.pass(20)

  bench.holdFaults()
  const injecting = inject(served, 'bad-release', release)
  await settled()
  assert.equal(codeOf(await start()), '409 conflict')
  await bench.letFaultsGo()
  assert.equal((await injecting).status, 201)
  await bench.injector.revertAll()
})
