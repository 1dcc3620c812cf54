import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test, type TestContext } from 'node:test'
import fastify from 'fastify'
import { ask, forward, longestMs, type Upstream } from './forward.ts'

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void
/** A backend that answers as each test says; and whether it reports that it is ready. */
let answer: Answer
let ready: Answer
let asked: string[]
const server = http.createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`)
  if (request.url === '/ready') ready(request, response)
  else answer(request, response)
})
let upstream: Upstream
before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  upstream = { name: 'Prometheus', base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ready: '/ready' }
})
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  answer = (_request, response) => response.end('fine')
  ready = (_request, response) => response.end('ready')
})

/** Resolves when the backend has received this request. */
const untilAsked = async (what: string) => {
  while (!asked.includes(what)) await once(server, 'request')
}
/** A clock that only the test advances. */
const stopTime = (context: TestContext) => context.mock.timers.enable({ apis: ['setTimeout'] })
const hangs: Answer = () => {}

test('an answer is forwarded unchanged, and one without a content type is JSON', async () => {
  answer = (request, response) =>
    request.setEncoding('utf8').once('data', (text) => response.writeHead(418, { 'content-type': 'text/plain' }).end(`no ${text}`))
  const { body, ...rest } = await ask(upstream, '/brew?x=1', { method: 'POST', body: 'tea' })
  assert.deepEqual([rest, body.toString(), asked], [{ status: 418, type: 'text/plain' }, 'no tea', ['POST /brew?x=1']])
  answer = (_request, response) => response.writeHead(204).end()
  const nothing = await ask(upstream, '/')
  assert.deepEqual([nothing.status, nothing.type, nothing.body.length], [204, 'application/json', 0])
})

test('an answer of the maximum size is accepted, and one more byte is refused', async () => {
  answer = (_request, response) => response.end('x'.repeat(2 * 1024 * 1024))
  assert.equal((await ask(upstream, '/', { mostBytes: 2 * 1024 * 1024 })).body.length, 2 * 1024 * 1024)
  await assert.rejects(ask(upstream, '/', { mostBytes: 2 * 1024 * 1024 - 1 }), {
    code: 'too-large',
    message: 'the response of Prometheus has more than 1 MB: ask for less',
  })
})

test('a backend that hangs is reported after 1.5 s, if its readiness check hangs too', async (context) => {
  stopTime(context)
  answer = hangs
  ready = (request) => request.socket.destroy()
  const refused = assert.rejects(ask(upstream, '/slow'), {
    code: 'timed-out',
    message: 'Prometheus hangs: it does not even answer its readiness check',
  })
  await untilAsked('GET /slow')
  context.mock.timers.tick(1_499)
  assert.deepEqual(asked, ['GET /slow'])
  context.mock.timers.tick(1)
  await refused
  assert.deepEqual(asked, ['GET /slow', 'GET /ready'])
})

test('a backend that is ready but slow may take 15 s', async (context) => {
  stopTime(context)
  let late: http.ServerResponse | undefined
  answer = (_request, response) => void (late = response)
  const given = ask(upstream, '/slow')
  await untilAsked('GET /slow')
  context.mock.timers.tick(1_500)
  await untilAsked('GET /ready')
  late?.end('at last')
  assert.equal((await given).body.toString(), 'at last')
  asked = []
  const refused = assert.rejects(ask(upstream, '/slow'), { code: 'timed-out', message: 'Prometheus gave no answer within 15 s' })
  await untilAsked('GET /slow')
  context.mock.timers.tick(1_500)
  await untilAsked('GET /ready')
  context.mock.timers.tick(longestMs - 1_500)
  await refused
})

test('a backend that has begun to answer is not checked any more', async (context) => {
  stopTime(context)
  const begun = Promise.withResolvers<void>()
  const { fetch } = globalThis
  context.mock.method(globalThis, 'fetch', async (...args: Parameters<typeof fetch>) => {
    const response = await fetch(...args)
    begun.resolve()
    return response
  })
  let rest: http.ServerResponse | undefined
  answer = (_request, response) => {
    rest = response
    response.write('one ')
  }
  const given = ask(upstream, '/')
  await begun.promise
  await new Promise((resolve) => setImmediate(resolve))
  context.mock.timers.tick(1_500)
  rest?.end('two')
  assert.equal((await given).body.toString(), 'one two')
  assert.deepEqual(asked, ['GET /'])
})

test('a backend that is down is reported by its name', async () => {
  await assert.rejects(ask({ ...upstream, base: 'http://127.0.0.1:1' }, '/'), {
    code: 'component-unreachable',
    message: /^Prometheus does not answer: /,
  })
})

test('successful answers are reported to `note`, and all answers are forwarded', async (context) => {
  const app = fastify()
  const noted: string[] = []
  app.get('/*', async (request, reply) => forward(upstream, request.url, request, reply, {}, (body) => noted.push(body.toString())))
  context.after(() => app.close())
  answer = (request, response) => response.writeHead(request.url === '/good' ? 200 : 404, { 'content-type': 'text/x-own' }).end(request.url)
  for (const [url, status] of [
    ['/good', 200],
    ['/bad', 404],
  ] as const) {
    const given = await app.inject(url)
    assert.deepEqual([given.statusCode, given.headers['content-type'], given.body], [status, 'text/x-own', url])
  }
  assert.deepEqual(noted, ['/good'])
})

test('a request whose client has gone is cancelled', async (context) => {
  const app = fastify()
  app.get('/slow', async (request, reply) => forward(upstream, '/slow', request, reply))
  await app.listen({ port: 0, host: '127.0.0.1' })
  context.after(() => app.close())
  const gone = Promise.withResolvers<void>()
  answer = (_request, response) => response.once('close', gone.resolve)
  const client = http.get({ host: '127.0.0.1', port: (app.server.address() as AddressInfo).port, path: '/slow' })
  client.on('error', () => {})
  await untilAsked('GET /slow')
  client.destroy()
  await gone.promise
})
