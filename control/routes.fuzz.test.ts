import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { anything, fitting, texts, type Schema } from '../test/from-schema.ts'
import { seed } from '../test/seed.ts'
import { limitOf } from './limits.ts'
import { askSocket } from './replay/ask-socket.ts'
import { addEvents } from './replay/long-drill.ts'
import { longestTurn } from './replay/longest-turn.ts'
import { ownPorts } from './replay/paper-context.ts'
import { ServedBench } from './replay/served-bench.ts'

/** Duration: a few seconds in the suite, and longer on request. */
const seconds = Number(process.env['FIREDRILL_FUZZ_SECONDS'] ?? 4)
const longestAnswerMs = 2_000
/** Time that a request may block the main thread in one turn. */
const mostCpuMs = 200
/** The drill that was played before. */
const longDrill = 5_000

interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers: Record<string, string>
  payload: string | undefined
  /** Streams: only their beginning is read. */
  as?: 'stream' | 'socket'
}

/** Requests to one route, some of which fit its schemas and some not. */
function requestsTo(method: Asked['method'], path: string, operation: Operation, ids: Record<string, string[]>): Arbitrary<Asked> {
  const params = operation.parameters ?? []
  const schemaOf = (name: string, place: string) =>
    params.find((one) => one.name === name && one.in === place)?.schema ?? { type: 'string' }
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name)
  const known = (name: string) => fc.constantFrom(...(ids[`${path} ${name}`] ?? ids[name] ?? ['x']))
  const segments = names.map((name) =>
    fc
      .oneof({ weight: 4, arbitrary: known(name) }, fitting(schemaOf(name, 'path')), texts)
      .map((value) => encodeURIComponent(wellFormed(value))),
  )
  const queryNames = [...params.filter((one) => one.in === 'query').map(({ name }) => name), 'query', 'service', 'limit', 'from']
  const query = fc.oneof(
    fc.constant(''),
    fc.dictionary(fc.constantFrom(...queryNames), fc.oneof(texts, fc.integer().map(String)), { maxKeys: 3 }).map((given) => {
      const search = new URLSearchParams(Object.entries(given).map(([name, value]) => [name, wellFormed(value)]))
      return `?${search}`
    }),
  )
  const schema = operation.requestBody?.content['application/json']?.schema
  const json = (of: Arbitrary<unknown>) => of.map((value) => JSON.stringify(value) ?? 'null')
  const body: Arbitrary<string | undefined> =
    method === 'GET'
      ? fc.constant(undefined)
      : fc.oneof({ weight: 4, arbitrary: json(schema ? fitting(schema) : anything) }, json(anything), texts, fc.constant(undefined))
  const type = fc.constantFrom(...Array<string>(8).fill('application/json'), 'text/plain', 'application/x-www-form-urlencoded', 'x')
  return fc.tuple(fc.tuple(...segments), query, body, type).map(([values, search, payload, contentType]): Asked => ({
    method,
    url: `${names.reduce((url, name, index) => url.replace(`{${name}}`, () => values[index] ?? ''), path)}${search}`,
    headers: payload === undefined ? {} : { 'content-type': contentType },
    payload,
  }))
}

/** Requests to forwarded routes, whose backends do not answer here: no address may do harm. */
const handedOn: Arbitrary<Asked> = fc
  .tuple(
    fc.constantFrom<Asked['method']>('GET', 'POST'),
    fc.constantFrom('/prometheus', '/jaeger', '/locust', '/api/prometheus', '/api/telemetry'),
    fc.array(
      fc.oneof(
        fc.constantFrom('api', 'v1', 'query', 'search', '..', '%2e%2e', '.', '', 'debug', 'pprof', '-', 'quit', 'traces', '%', '%ff'),
        texts.map((text) => encodeURIComponent(wellFormed(text))),
      ),
      { maxLength: 5 },
    ),
    fc.oneof(
      fc.constant(''),
      texts.map((text) => `?query=${encodeURIComponent(wellFormed(text))}`),
    ),
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain'),
    fc.oneof(fc.constant('query=up'), texts),
  )
  .map(([method, base, parts, query, type, payload]): Asked => ({
    method,
    url: `${[base, ...parts].join('/')}${query}`,
    headers: method === 'GET' ? {} : { 'content-type': type },
    payload: method === 'GET' ? undefined : payload,
  }))

/** Text that can be part of a URL, without lone surrogates. */
const wellFormed = (value: unknown): string => String(value).toWellFormed()

test('the control plane answers any request of a trainee in time, and keeps running', async (context: TestContext) => {
  context.diagnostic(`seed ${seed}: FIREDRILL_SEED=${seed} sends the same; FIREDRILL_FUZZ_SECONDS sends for longer than ${seconds} s`)
  await using served = new ServedBench({ portBase: ownPorts() })
  const { bench } = served
  await served.listen()
  const app = await served.app
  const { paths } = await served.read<{ paths: Record<string, Record<string, Operation>> }>('trainee', '/api/openapi.json')
  const long = await bench.start()
  addEvents(bench, long, longDrill)
  bench.ledger.drill(long)
  await bench.engine.finish()
  await bench.engine.settled()
  let drill = await bench.start()
  const { actions } = await served.read<{ actions: { id: string }[] }>('trainee', '/api/actions')
  const ids: Record<string, string[]> = {
    get id() {
      return [drill, drill, long]
    },
    '*': ['query', 'query_range', 'traces', 'logs', 'labels'],
    '/api/actions/{id} id': actions.map(({ id }) => id),
    '/api/runbooks/{id} id': ['browse', 'checkout'],
    revision: ['0', '1'],
  }
  const requests = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const asked = method.toUpperCase() as Asked['method']
      if (!['GET', 'POST', 'PUT', 'DELETE'].includes(asked)) return []
      const ordinary = requestsTo(asked, path, operation, ids)
      if (limitOf(asked, path) !== 'stream') return [ordinary]
      const seen = fc.oneof(
        fc.constant({}),
        texts.map((text) => encodeURIComponent(wellFormed(text))),
        fc.integer().map(String),
      )
      return [
        fc.tuple(ordinary, seen).map(([one, id]): Asked => ({
          ...one,
          as: 'stream',
          headers: { ...one.headers, ...(typeof id === 'string' ? { 'last-event-id': id } : {}) },
        })),
      ]
    }),
  )
  // Not in the document, because a WebSocket is no answer.
  const from = { name: 'from', in: 'query', schema: { type: 'integer' } }
  const sockets = requestsTo('GET', '/api/shells/{id}/socket', { parameters: [from] }, ids).map((one): Asked => ({ ...one, as: 'socket' }))
  assert.ok(requests.length > 60)

  const who = { host: served.host, authorization: 'Bearer trainee' }
  const beginningOf = async ({ url, headers }: Asked) => {
    const stop = new AbortController()
    const answer = await fetch(`http://${served.host}${url}`, { headers: { ...who, ...headers }, signal: stop.signal })
    await answer.body?.getReader().read()
    stop.abort()
    return { statusCode: answer.status, body: '' }
  }
  const socketOf = async ({ url }: Asked) => ({ statusCode: await askSocket(served.host, url, who), body: '' })
  const answerTo = async (asked: Asked): Promise<{ statusCode: number; body: string }> => {
    if (asked.as === 'stream') return beginningOf(asked)
    if (asked.as === 'socket') return socketOf(asked)
    const { method, url, headers, payload } = asked
    return app.inject({ method, url, headers: { ...who, ...headers }, ...(payload === undefined ? {} : { payload }) })
  }
  const send = async (asked: Asked) => {
    const startedAt = performance.now()
    const { result, longestMs } = await longestTurn(() => answerTo(asked))
    return { statusCode: result.statusCode, body: result.body, ms: performance.now() - startedAt, cpuMs: longestMs }
  }
  // Modules that are loaded when first needed.
  await send({
    method: 'POST',
    url: '/mcp',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  })

  const statuses = new Map<number, number>()
  const streams = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.oneof(...requests, sockets, ...Array<typeof handedOn>(5).fill(handedOn)), async (asked) => {
      if (!bench.engine.running()) {
        await bench.engine.settled()
        drill = await bench.start()
      }
      let answer = await send(asked)
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1)
      if (asked.as) streams.add(asked.as)
      const what = `${asked.method} ${asked.url} ${asked.payload ?? ''}`.slice(0, 2_000)
      assert.notEqual(answer.statusCode, 500, `${what}: ${answer.body}`)
      // A busy machine may delay one; it counts as our fault if it happens again.
      if (answer.ms > longestAnswerMs || answer.cpuMs > mostCpuMs) answer = await send(asked)
      assert.ok(answer.ms <= longestAnswerMs, `${what}: answered after ${Math.round(answer.ms)} ms`)
      assert.ok(answer.cpuMs <= mostCpuMs, `${what}: kept others waiting for ${Math.round(answer.cpuMs)} ms`)
    }),
    { seed, numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false },
  )
  const sent = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  context.diagnostic(
    `${sent} requests, of ${[...streams].join(' and ') || 'no stream'}: ${[...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')}`,
  )
  // A busy machine makes only a few requests in that time.
  assert.ok(sent > 0 && (sent < 200 || (statuses.has(200) && statuses.has(400))), 'some fit and some do not')
  if (bench.engine.running()) await bench.engine.abort('enough')
})
