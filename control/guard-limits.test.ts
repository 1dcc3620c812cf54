import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createApp } from './api/app.ts'
import { guardLimits, overLimit } from './guard-limits.ts'
import { limits } from './limits.ts'

describe('a route', () => {
  test('has the size and time of its limit, and no time if it is a stream', () => {
    const app = createApp()
    guardLimits(app)
    const seen: [string, number | undefined, number | undefined][] = []
    app.addHook('onRoute', ({ url, bodyLimit, handlerTimeout }) => void seen.push([url, bodyLimit, handlerTimeout]))
    app.get('/api/scenarios', async () => ({}))
    app.get('/api/live', async () => ({}))
    assert.deepEqual(
      seen.filter(([url], index) => seen.findIndex(([other]) => other === url) === index),
      [
        ['/api/scenarios', limits.read.bytes, limits.read.ms],
        ['/api/live', limits.stream.bytes, undefined],
      ],
    )
  })

  test('without a limit, or with methods of different limits, cannot be registered', () => {
    const app = createApp()
    guardLimits(app)
    assert.throws(() => app.post('/api/scenarios', async () => ({})), /POST \/api\/scenarios has no limit, or several/)
    assert.throws(
      () => app.route({ method: ['GET', 'POST'], url: '/api/drills', handler: async () => ({}) }),
      /GET, POST \/api\/drills has no limit, or several/,
    )
  })
})

test('a handler that does not answer in time is answered for, and told that nobody waits any more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const app = createApp()
  guardLimits(app)
  const signals: AbortSignal[] = []
  const hangs = async ({ signal }: { signal: AbortSignal }) => {
    signals.push(signal)
    return new Promise<never>(() => {})
  }
  app.post('/api/session', hangs)
  app.get('/api/telemetry/*', hangs)
  const answers: { code: number; body: unknown }[] = []
  const ask = async (method: 'GET' | 'POST', url: string) => {
    const { statusCode: code, body } = await app.inject({ method, url })
    answers.push({ code, body: JSON.parse(body) as unknown })
  }
  /** Time for requests to reach their handlers, and for answers to return. */
  const turns = async (holds: () => boolean) => {
    for (let turn = 0; turn < 1_000 && !holds(); turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const asked = [ask('POST', '/api/session'), ask('GET', '/api/telemetry/logs')]
  await turns(() => signals.length === 2)
  t.mock.timers.tick(limits.entry.ms - 1)
  await turns(() => answers.length > 0)
  assert.deepEqual(answers, [], 'they have their time')
  t.mock.timers.tick(1)
  await turns(() => answers.length > 0)
  assert.deepEqual(answers, [{ code: 504, body: { error: { code: 'timed-out', message: 'no answer came within 5 s: try again later' } } }])
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
    'another route has a limit of its own',
  )
  t.mock.timers.tick(limits.telemetry.ms - limits.entry.ms)
  await turns(() => answers.length > 1)
  assert.deepEqual(answers[1], {
    code: 504,
    body: { error: { code: 'timed-out', message: 'no answer came within 20 s: try again later' } },
  })
  await Promise.all(asked)
  await app.close()
})

describe('a caller', () => {
  /** The statuses of this many requests to a route with 60 a minute. */
  async function asked(many: number, from: (index: number) => string, rated = true) {
    const app = createApp()
    guardLimits(app, { asker: ({ headers }) => headers['x-who']?.toString() ?? null, rated })
    app.post('/api/session', async () => ({}))
    const statuses: number[] = []
    for (let index = 0; index < many; index++) {
      const headers = { 'x-who': from(index) }
      statuses.push((await app.inject({ method: 'POST', url: '/api/session', headers, payload: {} })).statusCode)
    }
    await app.close()
    return statuses
  }

  test('may send ten requests at once, and then has to wait', async () => {
    const statuses = await asked(12, () => 'one')
    assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([200]))
    assert.ok(statuses.slice(10).includes(429))
  })

  test('is identified by more than an address', async () =>
    assert.deepEqual(new Set(await asked(24, (index) => (index % 3).toString())), new Set([200])))

  test('is not counted if rates are off', async () => assert.deepEqual(new Set(await asked(30, () => 'one', false)), new Set([200])))
})

test('a request over a limit is answered with the limit, and other errors are not', () => {
  const request = (limit?: 'entry' | 'read') =>
    ({ routeOptions: { config: limit === undefined ? {} : { limit } } }) as unknown as Parameters<typeof overLimit>[1]
  const told = (code: string, limit?: 'entry' | 'read') => {
    const error = overLimit({ code }, request(limit))
    return error && `${error.code}: ${error.message}`
  }
  assert.equal(told('FST_ERR_CTP_BODY_TOO_LARGE', 'entry'), 'request-too-large: this route accepts at most 4 KiB: send less')
  assert.equal(told('FST_ERR_HANDLER_TIMEOUT', 'read'), 'timed-out: no answer came within 15 s: try again later')
  assert.equal(told('FST_ERR_CTP_BODY_TOO_LARGE'), 'request-too-large: this route accepts at most 0 KiB: send less')
  assert.equal(told('FST_ERR_OTHER', 'read'), null)
})
