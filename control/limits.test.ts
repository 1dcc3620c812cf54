import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from './api/app.ts'
import { guardLimits } from './guard-limits.ts'
import { limitOf, limits, routeLimits, type Limit } from './limits.ts'
import { paperHost } from './replay/paper-context.ts'
import { ServedBench } from './replay/served-bench.ts'

test('every route of the API has a limit of size, time and rate, and every limit belongs to a route', async () => {
  await using served = new ServedBench()
  const document = await served.read<{ paths: Record<string, Record<string, unknown>> }>('instructor', '/api/openapi.json')
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  assert.ok(documented.length > 60)
  for (const route of documented) {
    const [method = '', path = ''] = route.split(' ')
    assert.notEqual(limitOf(method, path), null, route)
  }
  for (const route of Object.keys(routeLimits)) {
    const [method = '', path = ''] = route.split(' ')
    assert.ok(
      (await served.app).hasRoute({ method: method as 'GET', url: path.replaceAll(/\{(\w+)\}/g, ':$1').replace('{*}', '*') }),
      route,
    )
  }
  for (const [name, { bytes, ms, perMinute }] of Object.entries(limits) as [string, Limit][])
    assert.ok(bytes > 0 && bytes <= 1024 * 1024 && (ms === null || ms <= 300_000) && perMinute.trainee > 0, name)
})

test('a route without a limit cannot be registered', () => {
  const app = createApp()
  guardLimits(app)
  assert.throws(() => app.get('/api/forgotten', async () => ({})), /GET \/api\/forgotten has no limit/)
})

test('a client over its rate is told the limit and when to retry, and other clients are not affected', async () => {
  await using served = new ServedBench({ rated: true })
  const drill = await served.bench.start()
  const ask = (who: string) =>
    served.app.then((app) =>
      app.inject({
        method: 'POST',
        url: `/api/drills/${drill}/coach`,
        headers: { authorization: 'Bearer trainee', host: paperHost },
        remoteAddress: who,
        payload: { text: 'help' },
      }),
    )
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('10.0.0.1')))
  const refused = answers.filter(({ statusCode }) => statusCode === 429)
  assert.ok(refused.length >= 5 && refused.length < 20, `${refused.length} of 20`)
  assert.match(String(refused[0]?.headers['retry-after']), /^[1-9]\d*$/)
  assert.match(refused[0]?.body ?? '', /"too-many-requests".*20 times a minute: try again in \d+ s/)
  assert.equal((await ask('10.0.0.2')).statusCode, 200)
  await served.bench.engine.finish()
})

test('wrong tokens are refused a few times a minute, and valid ones still work meanwhile, even from the same address', async () => {
  await using served = new ServedBench({ rated: true })
  const app = await served.app
  const ask = (token: string, remoteAddress: string, url = '/api/scenarios') =>
    app.inject({ url, headers: { authorization: `Bearer ${token}`, host: paperHost }, remoteAddress })
  const began = performance.now()
  const answers = []
  for (let guess = 0; guess < 300; guess++) {
    answers.push(await ask(`guess-${guess}`, '10.0.0.1'))
    if (guess % 30 === 0) assert.equal((await ask('trainee', '10.0.0.1')).statusCode, 200, 'a right token is not locked out')
  }
  const most = 10 + Math.ceil((performance.now() - began) / 1_000)
  const refused = answers.filter(({ statusCode }) => statusCode === 401).length
  assert.ok(refused >= 10 && refused <= most, `${refused} of 300 were looked at, and at most ${most} should have been`)
  const last = answers.findLast(({ statusCode }) => statusCode === 429)
  assert.match(String(last?.headers['retry-after']), /^[1-9]\d*$/)
  assert.match(last?.body ?? '', /"too-many-requests".*refused more than 60 times a minute: try again in \d+ s, and log in first/)
  assert.equal((await ask('guess', '10.0.0.2')).statusCode, 401, 'another address is counted by itself')
  // So is a role that requests what it may not use.
  const forbidden = await Promise.all(Array.from({ length: 30 }, () => ask('trainee', '10.0.0.3', '/api/faults')))
  assert.deepEqual(new Set(forbidden.map(({ statusCode }) => statusCode)), new Set([403, 429]))
  assert.equal((await ask('trainee', '10.0.0.3')).statusCode, 200)
})

test('a request that is too large is told the limit', async () => {
  await using served = new ServedBench()
  const { status, text } = await served.ask('trainee', 'POST', '/api/session', { token: 'x'.repeat(10_000) })
  assert.equal(status, 413)
  assert.match(text, /"request-too-large".*at most 4 KiB/)
  // Through MCP, in the protocol's own form.
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { x: 'x'.repeat(300_000) } }
  const answer = await served.ask('trainee', 'POST', '/mcp', message)
  assert.equal(answer.status, 413)
  assert.match(answer.text, /"code":-32000,"message":"this route accepts at most 256 KiB/)
})
