import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { paperRange } from '../../control/replay/paper-range.ts'
import type { ActionContext } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { PodStatus, QueueMessage, Range } from '../../model/range.ts'
import { documentsOf } from '../../model/yaml/read.ts'
import { freshRange } from '../../test/fresh-range.ts'
import { actionById } from './registry.ts'

const root = path.join(import.meta.dirname, '..', '..')
const onPaper = () => paperRange(root, 30)

const paramsOf = (id: string, raw: Record<string, unknown>) => actionById(id).params.parse(raw)
async function act(range: Range, id: string, raw: Record<string, unknown> = {}) {
  return actionById(id).run({ range, by: 'Robin' } as ActionContext, paramsOf(id, raw))
}
const clusterOf = (range: Range) => {
  assert.ok(range.cluster)
  return range.cluster
}

describe('parameters of actions', () => {
  const bounds: [id: string, taken: Record<string, unknown>[], refused: Record<string, unknown>[]][] = [
    [
      'peek-queue',
      [
        { queue: 'orders.fulfilled', limit: 1 },
        { queue: 'orders.fulfilled', limit: 20 },
      ],
      [{ queue: 'orders.fulfilled', limit: 0 }, { queue: 'orders.fulfilled', limit: 21 }, { queue: 'others' }],
    ],
    [
      'set-cache-memory',
      [{ megabytes: 1 }, { megabytes: 512 }],
      [{ megabytes: 0 }, { megabytes: 513 }, { megabytes: 1.5 }, { megabytes: 1, whenFull: 'crash' }],
    ],
    ['set-broker-memory', [{ megabytes: 1 }, { megabytes: 4_096 }], [{ megabytes: 0 }, { megabytes: 4_097 }]],
    [
      'limit-rate',
      [{ requestsPerSecond: 0 }, { requestsPerSecond: 10_000 }, { requestsPerSecond: '5' }],
      [{ requestsPerSecond: -1 }, { requestsPerSecond: 10_001 }],
    ],
    [
      'scale-deployment',
      [
        { service: 'orders', replicas: 1 },
        { service: 'orders', replicas: 4 },
      ],
      [
        { service: 'orders', replicas: 0 },
        { service: 'orders', replicas: 5 },
      ],
    ],
    [
      'set-autoscaler',
      [
        { service: 'orders', min: 1, max: 6 },
        { service: 'orders', min: 6, max: 6 },
      ],
      [
        { service: 'orders', min: 0, max: 1 },
        { service: 'orders', min: 1, max: 7 },
        { service: 'orders', min: 3, max: 2 },
      ],
    ],
    [
      'set-mesh-retries',
      [
        { to: 'orders', attempts: 0 },
        { to: 'orders', attempts: 10, perTryTimeoutMs: 60_000 },
      ],
      [
        { to: 'orders', attempts: -1 },
        { to: 'orders', attempts: 11 },
        { to: 'orders', attempts: 1, perTryTimeoutMs: 60_001 },
      ],
    ],
    [
      'set-mesh-timeout',
      [
        { to: 'orders', timeoutMs: 0 },
        { to: 'orders', timeoutMs: 600_000 },
      ],
      [
        { to: 'orders', timeoutMs: -1 },
        { to: 'orders', timeoutMs: 600_001 },
      ],
    ],
    ['apply-mesh-policy', [{ yaml: 'x' }, { yaml: 'x'.repeat(65_536) }], [{ yaml: '' }, { yaml: 'x'.repeat(65_537) }]],
    ['roll-back-mesh-policy', [{}, { revision: 0 }], [{ revision: -1 }]],
    ['terminate-session', [{ pid: 1 }, { pid: '4711' }], [{ pid: 0 }, { pid: 'all' }]],
    [
      'create-index',
      [{ schema: 'orders', table: 'orders', columns: 'state, created_at' }],
      [
        { schema: 'orders', table: 'orders', columns: 'state; drop' },
        { schema: 'orders', table: 'Orders;', columns: 'state' },
      ],
    ],
    ['extend-sequence', [{ sequence: 'orders.outbox_id_seq' }], [{ sequence: 'outbox_id_seq' }, { sequence: 'orders."x"' }]],
    [
      'change-setting',
      [{ service: 'catalog', key: 'DB_POOL_MAX', value: 'x'.repeat(200) }],
      [
        { service: 'catalog', key: 'PATH', value: '' },
        { service: 'catalog', key: 'DB_POOL_MAX', value: 'x'.repeat(201) },
      ],
    ],
    ['stop-job', [{ program: 'sales-report' }], [{ program: '-rf' }, { program: 'x' }]],
    ['remove-rules', [{ file: 'noise' }], [{ file: '../rules' }]],
  ]
  for (const [id, taken, refused] of bounds)
    test(id, () => {
      const { params } = actionById(id)
      for (const raw of taken) assert.equal(params.safeParse(raw).success, true, JSON.stringify(raw).slice(0, 80))
      for (const raw of refused) assert.equal(params.safeParse(raw).success, false, JSON.stringify(raw).slice(0, 80))
    })
})

test('clocks are listed with how far each is off, and one is put right', async () => {
  const range = onPaper()
  assert.equal((await act(range, 'list-clocks')).summary, 'no clock is off')
  await range.processes.setClock('payments', -300)
  await range.processes.setClock('catalog', 150)
  const { summary, rows } = await act(range, 'list-clocks')
  assert.equal(summary, 'catalog is 150 s ahead, payments is 300 s behind')
  assert.deepEqual(
    rows?.map(({ service, offset }) => [service, offset]).filter(([, offset]) => offset !== 'right'),
    [
      ['catalog', '150 s ahead'],
      ['payments', '300 s behind'],
    ],
  )
  await act(range, 'synchronise-clock', { service: 'payments' })
  assert.equal((await act(range, 'list-clocks')).summary, 'catalog is 150 s ahead')
  range.processes.clocks = async () => [{ service: 'orders', offsetSeconds: null }]
  assert.deepEqual(
    (await act(range, 'list-clocks')).rows?.map(({ says, offset }) => [says, offset]),
    [['', 'no answer']],
  )
})

describe('releases and settings', () => {
  test('a service is rolled back to the previous release, or to the one before it in the list, and not to a canary', async () => {
    const range = onPaper()
    const [first, second] = range.releases.list('inventory').map(({ version }) => version)
    assert.ok(first && second)
    await act(range, 'deploy', { service: 'inventory', version: second })
    await act(range, 'deploy', { service: 'inventory', version: first })
    await act(range, 'deploy', { service: 'catalog', version: range.releases.baseline('catalog') })
    const { history } = range.releases
    range.releases.history = async () => [
      ...(await history()),
      { service: 'inventory', version: first, previous: 'of-a-canary', at: '', by: '', canary: 'started' },
    ]
    assert.match((await act(range, 'roll-back', { service: 'inventory' })).summary, new RegExp(`from ${first} to ${second}$`))
    assert.equal(await range.releases.current('inventory'), second)

    const fresh = onPaper()
    await fresh.releases.deploy('orders', fresh.releases.list('orders')[0]?.version ?? '', 'Robin')
    fresh.releases.history = async () => []
    await assert.rejects(act(fresh, 'roll-back', { service: 'orders' }), { code: 'conflict' })
    fresh.releases.current = async () => fresh.releases.list('orders')[1]?.version ?? ''
    assert.match(
      (await act(fresh, 'roll-back', { service: 'orders' })).summary,
      new RegExp(`to ${fresh.releases.list('orders')[0]?.version}$`),
    )
  })

  test('the list of releases says which one runs, and which one is a canary', async () => {
    const range = onPaper()
    const running = async () =>
      (await act(range, 'list-releases', { service: 'catalog' })).rows?.flatMap(({ version, running: how }) =>
        how === '' ? [] : [[version, how]],
      )
    const current = await range.releases.current('catalog')
    assert.deepEqual(await running(), [[current, 'yes']])
    await range.releases.setCanary({ service: 'catalog', version: '1.12.0' }, 'Robin')
    assert.deepEqual(await running(), [
      [current, 'yes'],
      ['1.12.0', 'as a canary'],
    ])
    assert.deepEqual(
      (await act(range, 'list-releases', { service: 'orders' })).rows?.filter(({ running: how }) => how === 'as a canary'),
      [],
    )
  })

  test('changing a setting keeps the others, and an empty value restores the default', async () => {
    const range = onPaper()
    await range.config.set('catalog', { LOG_LEVEL: 'debug' }, 'Sam')
    await act(range, 'change-setting', { service: 'catalog', key: 'DB_POOL_MAX', value: '5' })
    assert.deepEqual(await range.config.get('catalog'), { LOG_LEVEL: 'debug', DB_POOL_MAX: '5' })
    assert.deepEqual((await act(range, 'list-settings', { service: 'catalog' })).rows, [
      { key: 'LOG_LEVEL', value: 'debug' },
      { key: 'DB_POOL_MAX', value: '5' },
    ])
    await act(range, 'change-setting', { service: 'catalog', key: 'DB_POOL_MAX' })
    assert.deepEqual(await range.config.get('catalog'), { LOG_LEVEL: 'debug' })
    const told = async (service: string) => (await act(range, 'list-settings', { service })).summary
    assert.match(await told('catalog'), /LOG_LEVEL/)
    assert.match(await told('orders'), /default/)
  })

  test('a flag is given to a share of the customers, to all of them, or disabled; and the log says who changed it', async () => {
    const range = onPaper()
    const rows = async () =>
      (await act(range, 'list-flags', { service: 'gateway' })).rows?.map(({ flag, now, changed, before }) => [
        flag,
        now,
        String(changed).replace(/^\S+ by /, ''),
        before,
      ])
    assert.equal((await act(range, 'list-flags', { service: 'gateway' })).summary, 'gateway reads 2 feature flags; none was changed')
    assert.equal((await act(range, 'list-flags', { service: 'payments' })).summary, 'payments reads no feature flags')
    const share = await act(range, 'set-flag', { flag: 'stock-words', variant: 'on', percent: 25 })
    assert.equal(share.summary, 'stock-words: off → on for 25 %, off for 75 %')
    assert.equal(
      (await act(range, 'set-flag', { flag: 'stock-words', variant: 'on' })).summary,
      'stock-words: on for 25 %, off for 75 % → on',
    )
    assert.equal((await act(range, 'set-flag', { flag: 'stock-words', state: 'DISABLED' })).summary, 'stock-words: on → disabled')
    assert.deepEqual(await rows(), [
      ['page-size', 'normal', '', ''],
      ['stock-words', 'disabled', 'Robin', 'on'],
    ])
    await assert.rejects(act(range, 'set-flag', { flag: 'page-size', variant: 'huge' }), {
      code: 'bad-request',
      message: 'page-size has no variant huge: choose normal, large, whole-shelf',
    })
  })

  test('a file of flags is applied as a whole, or not at all', async () => {
    const range = onPaper()
    const json = (await range.flags?.read()) ?? ''
    assert.equal((await act(range, 'apply-flags', { json })).summary, 'no flag has changed')
    const next = json.replace('"defaultVariant": "normal"', '"defaultVariant": "large"')
    assert.equal((await act(range, 'apply-flags', { json: next })).summary, 'page-size: normal → large')
    const wrong = json.replace('"defaultVariant": "normal"', '"defaultVariant": "huge"')
    await assert.rejects(act(range, 'apply-flags', { json: wrong }), {
      code: 'bad-request',
      message: /^flags\.page-size\.defaultVariant: /,
    })
    assert.equal(await range.flags?.read(), next)
  })

  test('the gateway’s rate and the payment provider are set, and reset, without changing other settings', async () => {
    const range = onPaper()
    for (const service of ['gateway', 'payments'] as const) await range.config.set(service, { LOG_LEVEL: 'debug' }, 'Sam')
    await act(range, 'limit-rate', { requestsPerSecond: 40 })
    await act(range, 'switch-bank', { provider: 'second' })
    assert.deepEqual(await range.config.get('gateway'), { LOG_LEVEL: 'debug', RATE_LIMIT_RPS: '40' })
    assert.deepEqual(await range.config.get('payments'), { LOG_LEVEL: 'debug', BANK: 'second' })
    await act(range, 'limit-rate', { requestsPerSecond: 0 })
    await act(range, 'switch-bank', { provider: 'first' })
    for (const service of ['gateway', 'payments'] as const) assert.deepEqual(await range.config.get(service), { LOG_LEVEL: 'debug' })
  })
})

describe('the mesh', () => {
  const route = async (range: Range, to: string) =>
    documentsOf(await range.mesh.policy())
      .map((document) => document.toJS() as { kind: string; metadata: { name: string }; spec: { http?: Record<string, unknown>[] } })
      .find(({ kind, metadata }) => kind === 'VirtualService' && metadata.name === to)?.spec.http?.[0]

  test('retries and the timeout of calls to a service are set, and removed', async () => {
    const range = onPaper()
    await act(range, 'set-mesh-retries', { to: 'inventory', attempts: 3, perTryTimeoutMs: 250 })
    await act(range, 'set-mesh-timeout', { to: 'inventory', timeoutMs: 900 })
    const set = await route(range, 'inventory')
    assert.deepEqual(
      [set?.['retries'], set?.['timeout']],
      [{ attempts: 3, retryOn: 'connect-failure,refused-stream,503', perTryTimeout: '250ms' }, '900ms'],
    )
    await act(range, 'set-mesh-retries', { to: 'inventory', attempts: 1 })
    assert.deepEqual((await route(range, 'inventory'))?.['retries'], { attempts: 1, retryOn: 'connect-failure,refused-stream,503' })
    await act(range, 'set-mesh-retries', { to: 'inventory', attempts: 0, perTryTimeoutMs: 250 })
    await act(range, 'set-mesh-timeout', { to: 'inventory', timeoutMs: 0 })
    const without = await route(range, 'inventory')
    assert.deepEqual([without?.['retries'], without?.['timeout']], [{ attempts: 0 }, undefined])
  })

  test('the output for a service has its own policy, and who changed the policy last', async () => {
    const range = onPaper()
    const fresh = await act(range, 'inspect-mesh', { to: 'payments' })
    assert.deepEqual(new Set(fresh.rows?.map(({ kind }) => String(kind).split(',')[0])), new Set(['VirtualService', 'DestinationRule']))
    assert.doesNotMatch(fresh.summary, /revision/)
    await act(range, 'set-mesh-timeout', { to: 'payments', timeoutMs: 1_234 })
    const changed = await act(range, 'inspect-mesh', { to: 'payments' })
    assert.match(changed.summary, /revision 1, by Robin/)
    assert.equal(changed.rows?.find(({ kind }) => kind === 'VirtualService, route 1')?.['timeout'], '1234ms')
    assert.ok(!(await act(range, 'inspect-mesh', { to: 'catalog' })).rows?.some(({ timeout }) => timeout === '1234ms'))
  })

  test('a policy is rolled back to the previous revision, or to the named one', async () => {
    const range = onPaper()
    await assert.rejects(act(range, 'roll-back-mesh-policy'), { code: 'bad-request' })
    for (const timeoutMs of [500, 600, 600]) await act(range, 'set-mesh-timeout', { to: 'payments', timeoutMs })
    await act(range, 'roll-back-mesh-policy')
    assert.equal((await route(range, 'payments'))?.['timeout'], '500ms')
    await act(range, 'roll-back-mesh-policy', { revision: 0 })
    assert.equal(await range.mesh.policy(), range.mesh.baseline())
    await assert.rejects(act(range, 'roll-back-mesh-policy', { revision: 99 }), { code: 'bad-request', message: /choose 0, 1, 2, 3, 4, 5/ })
  })

  test('an invalid policy is not applied, and a valid one is', async () => {
    const range = onPaper()
    await assert.rejects(act(range, 'apply-mesh-policy', { yaml: 'kind: Nothing' }), { code: 'bad-request' })
    assert.equal((await range.mesh.history()).length, 1)
    await act(range, 'apply-mesh-policy', { yaml: range.mesh.baseline() })
    assert.equal((await range.mesh.history()).at(-1)?.by, 'Robin')
  })

  test('certificates are listed with those that peers refuse, and a new one is issued to a service', async () => {
    const range = onPaper()
    assert.doesNotMatch((await act(range, 'list-certificates')).summary, /not accepted/)
    const identities = await range.mesh.identities()
    range.mesh.identities = async () => identities.map((one) => ({ ...one, serial: '0123456789ab', verified: one.service !== 'payments' }))
    const { summary, rows } = await act(range, 'list-certificates')
    assert.match(summary, /1 of them not accepted/)
    assert.deepEqual(
      rows?.filter(({ accepted }) => accepted === false).map(({ service, serial }) => [service, serial]),
      [['payments', '456789ab']],
    )
    const issued: unknown[] = []
    const { issueIdentity } = range.mesh
    range.mesh.issueIdentity = async (...given) => (issued.push(...given), issueIdentity(...given))
    await act(range, 'issue-certificate', { service: 'payments' })
    assert.deepEqual(issued, ['payments'])
  })
})

describe('the queue', () => {
  const message = (redelivered: boolean): QueueMessage => ({ messageId: null, redelivered, body: 'x'.repeat(400), headers: { a: 1 } })

  test('messages in a queue are shown, up to a limit', async () => {
    const range = onPaper()
    range.queue.peek = async (_queue, limit) => [message(true), message(false)].slice(0, limit)
    const { rows } = await act(range, 'peek-queue', { queue: 'orders.fulfilment' })
    assert.deepEqual(
      rows,
      [true, false].map((redelivered) => ({
        message: '',
        redelivered: redelivered ? 'yes' : '',
        headers: '{"a":1}',
        body: 'x'.repeat(300),
      })),
    )
    assert.equal((await act(range, 'peek-queue', { queue: 'orders.fulfilment', limit: 1 })).rows?.length, 1)
  })

  test('the broker is shown with its alarms, queues and bindings', async () => {
    const range = onPaper()
    await act(range, 'bind-queue', { queue: 'orders.fulfilment' })
    await act(range, 'set-broker-memory', { megabytes: 200 })
    const fine = await act(range, 'inspect-broker')
    assert.match(fine.summary, /uses 95 MB of 200 MB; no alarm/)
    assert.deepEqual(
      fine.rows?.map(({ queue, bound_to }) => [queue, bound_to]),
      [
        ['orders.fulfilment', 'orders (order.confirmed)'],
        ['orders.fulfilment.dead', 'nothing'],
        ['orders.fulfilled', 'nothing'],
      ],
    )
    const memory = await range.queue.memory()
    range.queue.memory = async () => ({ ...memory, alarms: ['memory'] })
    assert.match((await act(range, 'inspect-broker')).summary, /alarm: memory/)
  })

  test('only a message that was delivered before is set aside, as soon as it is back in the queue', async (context: TestContext) => {
    context.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
    const range = onPaper()
    let isBack = false
    const moves: unknown[] = []
    range.queue.move = async (from, to, limit, accept) => {
      moves.push([from, to, limit])
      return accept?.(message(isBack)) ? 1 : 0
    }
    const setAside = act(range, 'quarantine-message')
    for (let turn = 0; moves.length < 2; turn++) {
      assert.ok(turn < 10_000)
      await new Promise((resolve) => setImmediate(resolve))
      context.mock.timers.tick(40)
    }
    isBack = true
    for (let turn = 0; turn < 5; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      context.mock.timers.tick(40)
    }
    assert.match((await setAside).summary, /from orders\.fulfilment to orders\.fulfilment\.dead$/)
    assert.deepEqual(moves.at(-1), ['orders.fulfilment', 'orders.fulfilment.dead', 1])

    isBack = false
    const inVain = assert.rejects(act(range, 'quarantine-message'), { code: 'conflict' })
    for (let turn = 0; turn < 205; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      context.mock.timers.tick(40)
    }
    await inVain
  })

  test('dead letters return to their queue, and a purge affects one queue', async () => {
    const range = onPaper()
    const done: unknown[] = []
    range.queue.move = async (...given) => (done.push(given), 3)
    range.queue.purge = async (queue) => (done.push(queue), 7)
    assert.match((await act(range, 'replay-dead-letters')).summary, /^3 /)
    assert.match((await act(range, 'purge-queue', { queue: 'orders.fulfilled' })).summary, /^7 .*orders\.fulfilled/)
    assert.deepEqual(done, [['orders.fulfilment.dead', 'orders.fulfilment', 500], 'orders.fulfilled'])
  })
})

describe('the cache', () => {
  /** Redis with some keys, and the commands it received. */
  function withKeys(keys: Record<string, string>) {
    const range = onPaper()
    const told: string[] = []
    range.cache.command = async (name, ...args) => {
      if (name === 'INFO') return 'used_memory_human:1M\r\nmaxmemory_human:64M\r\nmaxmemory_policy:allkeys-lru\r\nevicted_keys:5\r\n'
      if (name === 'SCAN') return ['0', Object.keys(keys)]
      if (name === 'TTL') return 12
      if (name === 'GETRANGE') return keys[args[0] ?? '']?.slice(Number(args[1]), Number(args[2]) + 1)
      if (name === 'DBSIZE') return Object.keys(keys).length
      told.push([name, ...args].join(' '))
      return 'OK'
    }
    return { range, told }
  }

  test('memory, evictions and a page of twenty keys are shown, each with the start of its value', async () => {
    const keys = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${String(29 - index).padStart(2, '0')}`, 'v'.repeat(200)]))
    const { rows, summary } = await act(withKeys(keys).range, 'inspect-cache')
    assert.match(summary, /30 keys, 1M of 64M, allkeys-lru/)
    assert.equal(rows?.find(({ name }) => name === 'evicted_keys')?.['value'], '5')
    assert.equal(rows?.find(({ name }) => name === 'expired_keys')?.['value'], '')
    const shown = rows?.filter(({ name }) => /^k\d/.test(String(name))) ?? []
    assert.deepEqual(
      shown.map(({ name }) => name),
      Object.keys(keys).toSorted().slice(0, 20),
    )
    assert.equal(shown[0]?.['value'], `12 s to live · ${'v'.repeat(120)}`)
  })

  test('it is flushed, resumed, and given memory in megabytes', async () => {
    const { range, told } = withKeys({ a: '1' })
    assert.match((await act(range, 'flush-cache')).summary, /^1 /)
    await act(range, 'resume-cache')
    await act(range, 'set-cache-memory', { megabytes: 2, whenFull: 'noeviction' })
    assert.deepEqual(told, ['FLUSHALL ASYNC', 'CLIENT UNPAUSE', 'CONFIG SET maxmemory-policy noeviction', 'CONFIG SET maxmemory 2097152'])
  })
})

describe('the configuration of a datastore', () => {
  const differs = async (range: Range, store: string) => (await act(range, 'list-store-settings', { store })).rows

  test('settings that differ from the start are listed, and restored by an empty value', async () => {
    const { range } = freshRange()
    assert.match((await act(range, 'list-store-settings', { store: 'redis' })).summary, /settings with which it was started/)
    await act(range, 'change-store-setting', { store: 'redis', name: 'maxmemory', value: '1048576' })
    await act(range, 'change-store-setting', { store: 'redis', name: 'timeout', value: '30' })
    assert.deepEqual(await differs(range, 'redis'), [
      { name: 'maxmemory', value: '1048576' },
      { name: 'timeout', value: '30' },
    ])
    await act(range, 'change-store-setting', { store: 'redis', name: 'maxmemory' })
    assert.deepEqual(await differs(range, 'redis'), [{ name: 'timeout', value: '30' }])
    const watermark = { store: 'rabbitmq', name: 'vm_memory_high_watermark.absolute' }
    await act(range, 'change-store-setting', { ...watermark, value: '2097152' })
    assert.deepEqual(await differs(range, 'rabbitmq'), [{ name: watermark.name, value: '2097152' }])
    await act(range, 'change-store-setting', watermark)
    assert.deepEqual(await differs(range, 'rabbitmq'), [])
  })

  test('unknown settings and invalid values are refused; a store that does not answer has refused nothing', async () => {
    const { range } = freshRange()
    const change = (store: string, name: string, value: string) => act(range, 'change-store-setting', { store, name, value })
    for (const [store, name, value, message] of [
      ['redis', 'dir', '/tmp', /redis has no setting 'dir' that may be changed here: choose maxmemory, /],
      ['postgres', 'archive_command', 'true', /postgres has no setting 'archive_command'/],
      ['rabbitmq', 'vm_memory_high_watermark.absolute', '1048575', /does not accept .*: '1048575' is not a number of bytes from/],
      ['rabbitmq', 'vm_memory_high_watermark.absolute', '1e99', /is not a number of bytes/],
    ] as const)
      await assert.rejects(change(store, name, value), { code: 'bad-request', message })
    range.cache.command = () => Promise.reject(new FiredrillError('component-unreachable', 'Redis: nobody there'))
    await assert.rejects(change('redis', 'timeout', '1'), { code: 'component-unreachable' })
  })
})

describe('components, jobs and the monitoring', () => {
  test('a component, or the proxy of a service, is restarted, and nothing else', async () => {
    const range = onPaper()
    const restarted: string[] = []
    range.processes.restart = async (name) => void restarted.push(name)
    await act(range, 'restart', { component: 'redis' })
    await act(range, 'restart-proxy', { service: 'orders' })
    assert.deepEqual(restarted, ['redis', 'orders-proxy'])
  })

  test('jobs that people started are listed, not scheduled ones, and stopped by their program', async () => {
    const range = onPaper()
    assert.match((await act(range, 'list-jobs')).summary, /no job/)
    for (const name of ['apply-limits', 'sales-report', 'sales-report']) await range.jobs.start(name, {})
    const { summary, rows } = await act(range, 'list-jobs')
    assert.match(summary, /^2 /)
    assert.deepEqual(
      rows?.map(({ program }) => program),
      ['sales-report', 'sales-report'],
    )
    await assert.rejects(act(range, 'stop-job', { program: 'others' }), { code: 'not-found' })
    await act(range, 'stop-job', { program: 'sales-report' })
    assert.deepEqual(
      (await range.jobs.running()).map((id) => id.slice(0, -9)),
      ['apply-limits'],
    )
  })

  test('components without a scrape and foreign rules are shown, and fixed one by one', async () => {
    const range = onPaper()
    await range.monitoring.setUnscraped(['orders', 'catalog'])
    for (const file of ['noise', 'lies']) await range.monitoring.setExtraRules(file, 'groups: []')
    assert.deepEqual(
      (await act(range, 'inspect-monitoring')).rows?.map(({ what, name }) => `${String(what)}: ${String(name)}`),
      ['not scraped: orders', 'not scraped: catalog', 'file of rules: noise', 'file of rules: lies'],
    )
    await act(range, 'scrape-component', { component: 'orders' })
    await assert.rejects(act(range, 'remove-rules', { file: 'others' }), { code: 'not-found', message: /noise, lies/ })
    await act(range, 'remove-rules', { file: 'noise' })
    assert.deepEqual([await range.monitoring.unscraped(), await range.monitoring.extraRules()], [['catalog'], ['lies']])
  })
})

describe('the cluster', () => {
  const pod = (name: string, reason: string): PodStatus => ({
    name,
    app: 'orders',
    phase: 'Running',
    ready: '2/2',
    restarts: 0,
    reason,
    ageSeconds: 5,
  })

  test('pods, services, autoscalers and budgets are listed, and those with a problem are counted', async () => {
    const range = onPaper()
    Object.assign(clusterOf(range), {
      pods: async () => [pod('a', ''), pod('b', 'CrashLoopBackOff'), pod('c', '')],
      services: async () => [
        { name: 'orders', selector: 'app=orders', ports: '8080→8080', endpoints: 0 },
        { name: 'redis', selector: '', ports: '', endpoints: 1 },
      ],
      autoscalers: async () => [{ name: 'orders', min: 1, max: 4, current: 1, desired: 1, problem: 'no metrics' }],
      budgets: async () => [
        { name: 'redis', pods: 'app=redis', rule: '', healthy: 1, allowed: 0 },
        { name: 'orders', pods: '', rule: '', healthy: 2, allowed: 1 },
      ],
      describe: async (name: string) => [{ field: 'replicas', value: name }],
    })
    const counted: [id: string, rows: number, summary: RegExp][] = [
      ['list-pods', 3, /^3 pods, 1 of/],
      ['list-services', 2, /^2 Services, 1 of/],
      ['list-autoscalers', 1, /^1 autoscalers, 1 of/],
      ['list-disruption-budgets', 2, /^2 budgets, 1 of/],
    ]
    for (const [id, count, told] of counted) {
      const { rows, summary } = await act(range, id)
      assert.equal(rows?.length, count, id)
      assert.match(summary, told)
    }
    assert.deepEqual((await act(range, 'describe-workload', { component: 'orders' })).rows, [{ field: 'replicas', value: 'orders' }])
  })

  test('events are only warnings by default', async () => {
    const range = onPaper()
    clusterOf(range).events = async () => ['Warning', 'Normal'].map((type) => ({ at: '', type, reason: type, object: '', message: '' }))
    const reasons = async (raw: Record<string, unknown>) => (await act(range, 'list-events', raw)).rows?.map(({ reason }) => reason)
    assert.deepEqual(await reasons({}), ['Warning'])
    assert.deepEqual(await reasons({ warnings: false }), ['Warning', 'Normal'])
  })

  test('a network policy allows named apps, everybody, or nobody', async () => {
    const range = onPaper()
    clusterOf(range).networkPolicies = async () => [
      { name: 'a', pods: '', from: null },
      { name: 'b', pods: 'app=redis', from: [] },
      { name: 'c', pods: 'app=redis', from: ['orders', 'catalog'] },
    ]
    assert.deepEqual((await act(range, 'list-network-policies')).rows, [
      { name: 'a', pods: 'all', lets_in: 'everybody' },
      { name: 'b', pods: 'app=redis', lets_in: 'nobody' },
      { name: 'c', pods: 'app=redis', lets_in: 'orders, catalog' },
    ])
  })

  test('objects are edited, and reset to their manifests', async () => {
    const range = onPaper()
    await act(range, 'scale-deployment', { service: 'orders', replicas: 3 })
    await assert.rejects(act(range, 'set-autoscaler', { service: 'orders', min: 1, max: 2 }), { code: 'not-found' })
    await clusterOf(range).edit({ kind: 'HorizontalPodAutoscaler', name: 'orders', patch: {} })
    await assert.rejects(act(range, 'set-autoscaler', { service: 'catalog', min: 1, max: 2 }), { code: 'not-found' })
    await act(range, 'set-autoscaler', { service: 'orders', min: 1, max: 2 })
    assert.deepEqual(
      (await clusterOf(range).edits()).map(({ kind, patch }) => [kind, patch]),
      [
        ['Deployment', { spec: { replicas: 3 } }],
        ['HorizontalPodAutoscaler', {}],
        ['HorizontalPodAutoscaler', { spec: { minReplicas: 1, maxReplicas: 2 } }],
      ],
    )
    await act(range, 'apply-manifest', { kind: 'Deployment', name: 'orders' })
    assert.ok((await clusterOf(range).edits()).every(({ kind }) => kind === 'HorizontalPodAutoscaler'))
  })

  test('a quota is lifted, and the result says if there was none', async () => {
    const range = onPaper()
    let quota: number | null = 12
    Object.assign(clusterOf(range), { quota: async () => quota, setQuota: async (pods: number | null) => void (quota = pods) })
    assert.match((await act(range, 'lift-quota')).summary, /12/)
    assert.equal(quota, null)
    assert.match((await act(range, 'lift-quota')).summary, /no quota/)
  })
})

test('an action that looks names the view, as evidence', () => {
  const looks: [id: string, raw: Record<string, unknown>, view: string, component: string][] = [
    ['list-releases', { service: 'orders' }, 'deploys', 'orders'],
    ['list-settings', { service: 'orders' }, 'deploys', 'orders'],
    ['list-flags', { service: 'catalog' }, 'deploys', 'catalog'],
    ['list-sessions', {}, 'database', 'postgres'],
    ['list-statements', {}, 'database', 'postgres'],
    ['list-sequences', {}, 'database', 'postgres'],
    ['list-database-settings', {}, 'database', 'postgres'],
    ['list-store-settings', { store: 'postgres' }, 'database', 'postgres'],
    ['list-store-settings', { store: 'redis' }, 'cache', 'redis'],
    ['list-store-settings', { store: 'rabbitmq' }, 'queue', 'rabbitmq'],
    ['inspect-cache', {}, 'cache', 'redis'],
    ['inspect-broker', {}, 'queue', 'rabbitmq'],
    ['inspect-mesh', { to: 'payments' }, 'mesh', 'payments'],
    ['peek-queue', { queue: 'orders.fulfilled' }, 'queue', 'rabbitmq'],
  ]
  for (const [id, raw, view, component] of looks) {
    const look = actionById(id).looksAt?.(paramsOf(id, raw))
    assert.deepEqual([look?.view, look?.component], [view, component], id)
  }
})
