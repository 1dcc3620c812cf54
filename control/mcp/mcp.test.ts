import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { noteToolCall } from '../../model/api.ts'
import { until } from '../../model/until.ts'
import type { GameDays } from '../game-days.ts'
import { Looks } from '../looks.ts'
import { People } from '../people.ts'
import { createApp } from '../api/app.ts'
import type { Api, ApiContext } from '../api/context.ts'
import { mcpRoutes } from '../api/mcp.ts'
import { telemetryRoutes } from '../api/telemetry.ts'
import { createMcpServer, longestAnswer } from './server.ts'
import { serveLines } from './stdio.ts'
import { client } from '../../model/client.ts'

/** How Prometheus and the telemetry store answer, and the requests they received. */
let upstreamAnswer: (url: string) => { status: number; body: unknown } = () => ({ status: 200, body: {} })
const asked: string[] = []
/** The tool calls that the drill recorded. */
const noted: { tool: string; ok: boolean }[] = []
/** The recorded looks. */
const looked: string[] = []
/** Requests under way that were cancelled. */
let hanging = 0
const upstream = http.createServer((request, response) => {
  asked.push(request.url ?? '')
  const { status, body } = upstreamAnswer(request.url ?? '')
  if (status === 0) {
    hanging++
    response.once('close', () => hanging--)
    return
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
let app: Api
let base = ''

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  const { port } = upstream.address() as AddressInfo
  app = createApp()
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: { code: 'not-found', message: `there is no ${request.url}` } }))
  // Safe: the routes read only the ports and the profile.
  telemetryRoutes(app, {
    context: { port: () => port, config: { profile: 'drill' } },
    looks: new Looks((view, component) => looked.push(`${view} ${component}`)),
    people: new People({ current: () => null } as unknown as GameDays),
  } as unknown as ApiContext)
  app.get('/api/drills', async () => ({ running: 'd1' }))
  app.post('/api/drills/d1/tool-calls', { schema: { body: noteToolCall } }, async ({ body }) => (noted.push(body), {}))
  app.get('/api/scenarios', async () => ({ scenarios: [{ id: 'slow-shelves', difficulty: 'beginner', playable: true }] }))
  app.post('/api/actions/restart', async ({ body }) => ({ did: body }))
  mcpRoutes(app)
  base = await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await app.close()
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})
beforeEach(() => {
  upstreamAnswer = () => ({ status: 200, body: { status: 'success', data: [] } })
  asked.length = 0
  noted.length = 0
})

interface Answer {
  id: unknown
  error?: { code: number; message: string }
  result?: {
    isError?: boolean
    content: { text: string }[]
    tools: { name: string; inputSchema: { type: string } }[]
    protocolVersion: string
  }
}
async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${base}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  })
  const said = await response.text()
  return { status: response.status, text: said, body: (said === '' ? null : JSON.parse(said)) as Answer }
}
/** The result of a call, which must not be a JSON-RPC error: clients hide those from the model. */
async function call(name: string, params: object = {}) {
  const { status, body } = await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, ...params } })
  assert.equal(status, 200)
  assert.ok(body.result, JSON.stringify(body.error))
  return { isError: body.result.isError ?? false, text: body.result.content[0]?.text ?? '', content: body.result.content }
}
const paramsOf = (url: string | undefined) => Object.fromEntries(new URL(url ?? '', 'http://x').searchParams)

describe('arguments as language models write them', () => {
  for (const [how, params] of Object.entries({
    none: {},
    null: { arguments: null },
    'a list': { arguments: [] },
    'a list of null': { arguments: [null] },
    'an empty text': { arguments: '' },
    'an object in a text': { arguments: '{}' },
    'a parameter that the client made up': { arguments: { random_string: 'x' } },
  }))
    test(`${how}, for a tool without parameters`, async () => {
      assert.match((await call('list_scenarios', params)).text, /"beginner":1/)
      assert.deepEqual(noted, [{ tool: 'list_scenarios', ok: true }])
    })

  test('numbers and booleans as text, null and empty texts for what is optional', async () => {
    await call('query_metrics', { arguments: { query: 'up', lastSeconds: '300', stepSeconds: '15' } })
    assert.equal(paramsOf(asked.at(-1))['step'], '15')
    await call('query_metrics', { arguments: { query: 'up', stepSeconds: null } })
    assert.deepEqual(paramsOf(asked.at(-1)), { query: 'up' })
    await call('search_logs', {
      arguments: { service: 'null', text: null, severity: 'error', traceId: '', lastSeconds: 300.0, limit: ['20'] },
    })
    const { from: _from, to: _to, ...logs } = paramsOf(asked.at(-1))
    assert.deepEqual(logs, { minSeverity: '17', limit: '20' })
    await call('search_traces', { arguments: { service: 'gateway', errorsOnly: 'false', minDurationMs: '200', limit: '5' } })
    const { from: _f, to: _t, ...traces } = paramsOf(asked.at(-1))
    assert.deepEqual(traces, { service: 'gateway', minDurationMs: '200', limit: '5' })
    assert.ok(noted.every(({ ok }) => ok))
  })

  test('a search text is literal', async () => {
    await call('search_logs', { arguments: { text: 'null', severity: 'WARNING' } })
    const { text: sought, minSeverity } = paramsOf(asked.at(-1))
    assert.deepEqual([sought, minSeverity], ['null', '13'])
    await call('search_logs', { arguments: { text: 500 } })
    assert.equal(paramsOf(asked.at(-1))['text'], '500')
  })

  test('a trace id in capitals, and with another spelling of its name', async () => {
    const id = '0AF7651916CD43DD8448EB211C80319C'
    upstreamAnswer = () => ({ status: 200, body: { spans: [] } })
    await call('get_trace', { arguments: { traceId: id } })
    await call('get_trace', { arguments: { trace_id: ` ${id} ` } })
    assert.deepEqual(asked, Array(2).fill(`/telemetry/traces/${id.toLowerCase()}`))
  })

  test('a nested object, as text', async () => {
    const { text: did } = await call('run_action', { arguments: { action: 'restart', params: '{"component":"inventory"}' } })
    assert.deepEqual(JSON.parse(did), { did: { params: { component: 'inventory' } } })
  })

  const wrong: Record<string, [string, unknown, RegExp]> = {
    'a parameter that is missing': ['query_metrics', {}, /^query_metrics: query is missing$/],
    'null for one that is needed': ['get_trace', { traceId: null }, /traceId is missing/],
    'a number that is none': ['query_metrics', { query: 'up', lastSeconds: '5m' }, /lastSeconds: .*expected number/],
    'too much': ['search_logs', { limit: 500 }, /limit: .*<=200/],
    'a parameter that there is not': ['search_logs', { level: 'ERROR' }, /there is no parameter 'level' \(search_logs takes service, text/],
    'several at once': ['search_logs', { limit: 0, traceId: 'x' }, /traceId: .*; limit: /],
    'a text that is no object': ['query_metrics', 'up', /arguments must be an object/],
    'a list of several': ['query_metrics', ['up', '5m'], /arguments must be an object/],
    'a service’s name before the tool’s': [
      'firedrill.list_alerts',
      {},
      /there is no tool 'firedrill\.list_alerts': did you mean 'list_alerts'/,
    ],
    'a tool that there is not': ['no_such_tool', {}, /there is no tool 'no_such_tool': there are list_scenarios/],
    __proto__: ['query_metrics', JSON.parse('{"__proto__": {"query": "up"}}'), /__proto__|query is missing/],
  }
  for (const [what, [name, args, why]] of Object.entries(wrong))
    test(`${what}: reported to the model by name, and recorded as a failed call`, async () => {
      const answer = await call(name, { arguments: args })
      assert.deepEqual([answer.isError, answer.text.includes('\n')], [true, false])
      assert.match(answer.text, why)
      assert.deepEqual(
        noted.map(({ ok }) => ok),
        [false],
      )
      assert.deepEqual(asked, [])
    })
})

describe('backends', () => {
  test('what an agent reads about a component counts as a look, as for everybody', async () => {
    looked.length = 0
    upstreamAnswer = () => ({ status: 200, body: { logs: [{ body: 'x' }], traces: [{ traceId: 'x' }] } })
    await call('query_metrics', { arguments: { query: 'up{service="inventory"}' } })
    await call('query_metrics', { arguments: { query: 'up{service=~"gateway|catalog|orders"}' } })
    await call('search_traces', { arguments: { service: 'inventory' } })
    await call('search_logs', { arguments: { service: 'inventory' } })
    assert.deepEqual(looked, ['dashboard inventory', 'trace inventory', 'logs inventory'])
  })

  test('a query that Prometheus refuses: its own message', async () => {
    const error = 'invalid parameter "query": 1:31: parse error: unclosed left parenthesis'
    upstreamAnswer = () => ({ status: 400, body: { status: 'error', errorType: 'bad_data', error } })
    assert.deepEqual(await call('query_metrics', { arguments: { query: 'sum(rate(http_requests_total[5m])' } }), {
      isError: true,
      text: error,
      content: [{ type: 'text', text: error }],
    })
  })

  test('a long answer is shortened by whole items, remains JSON, and says how to request less', async () => {
    const logs = Array.from({ length: 5_000 }, (_, index) => ({ index, body: `${'x'.repeat(60)}😀`, at: '2026-01-01' }))
    upstreamAnswer = () => ({ status: 200, body: { logs, more: true } })
    const { text: json, content } = await call('search_logs', { arguments: { limit: 200 } })
    const read = JSON.parse(json) as { logs: unknown[]; more: boolean }
    assert.ok(json.length > longestAnswer / 2)
    assert.ok(content.map((part) => part.text).join('').length <= longestAnswer)
    assert.deepEqual([read.more, read.logs], [true, logs.slice(0, read.logs.length)])
    assert.match(content[1]?.text ?? '', new RegExp(`${read.logs.length} of 5000 in logs.*by service, text, .*limit`))
  })

  test('when a client disconnects, its call and the requests behind it are cancelled', async () => {
    upstreamAnswer = () => ({ status: 0, body: null })
    const left = new AbortController()
    const request = fetch(`${base}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'query_metrics', arguments: { query: 'up' } } }),
      signal: left.signal,
    }).catch(() => {})
    await until('the call to reach the store', 5_000, () => hanging === 1, 10)
    left.abort()
    await request
    await until('the call to be cancelled', 5_000, () => hanging === 0, 10)
  })
})

const ping = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'ping' })
const listed = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'list_scenarios' } })
const cancel = (requestId: unknown) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })

describe('MCP over HTTP, in the dialects of several years’ clients', () => {
  test('an invalid request is the client’s error, explained in words', async () => {
    const ask = async (method: string, params: unknown) => (await post({ jsonrpc: '2.0', id: 1, method, params })).body.error
    assert.deepEqual(await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: '' }), {
      code: -32_602,
      message: 'params.clientInfo: expected object, received string',
    })
    for (const uri of ['', 'runbooks/checkout', 'firedrill://runbooks/', 'firedrill://moon', '__proto__', 'constructor'])
      assert.match(String((await ask('resources/read', { uri }))?.message), /there is no .*: list the resources/, uri)
  })
  test('Accept in any order, partial or missing; events alone are answered as events, and anything else is refused', async () => {
    for (const accept of [
      'application/json, text/event-stream',
      'text/event-stream,application/json;q=0.9',
      'application/json',
      '*/*',
      'Application/JSON',
    ])
      assert.equal((await post(ping(1), { accept })).status, 200, accept)
    for (const message of [ping(1), [ping(1), ping(2)]]) {
      const events = await fetch(`${base}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify(message),
      })
      assert.equal(events.headers.get('content-type'), 'text/event-stream')
      const answers = [...(await events.text()).matchAll(/^event: message\ndata: (.+)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as Answer,
      )
      assert.deepEqual(
        answers.map(({ id, result }) => [id, result]),
        [message].flat().map(({ id }) => [id, {}]),
      )
    }
    const { status, body } = await post(ping(1), { accept: 'text/html' })
    assert.equal(status, 406)
    assert.match(body.error?.message ?? '', /answers are application\/json or text\/event-stream/)
  })

  test('versions: each known one is accepted, for others the newest is offered, and an unknown one in the header is refused with the list', async () => {
    const initialize = (protocolVersion: string) =>
      post({
        jsonrpc: '2.0',
        id: 0,
        method: 'initialize',
        params: { protocolVersion, capabilities: {}, clientInfo: { name: 't', version: '1' } },
      })
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])
      assert.equal((await initialize(version)).body.result?.protocolVersion, version)
    assert.equal((await initialize('2099-01-01')).body.result?.protocolVersion, '2025-11-25')
    const newer = await post(ping(1), { 'mcp-protocol-version': '2026-07-28' })
    // This tells a client of both dialects to begin with `initialize`.
    assert.deepEqual([newer.status, newer.body.error?.code], [400, -32_000])
    assert.match(newer.body.error?.message ?? '', /2025-11-25/)
    assert.equal((await post(ping(1), { 'mcp-protocol-version': '2025-06-18' })).status, 200)
  })

  test('pings, with both kinds of ids; notifications alone; null for parameters', async () => {
    assert.deepEqual((await post(ping('text-id'))).body, { jsonrpc: '2.0', id: 'text-id', result: {} })
    assert.deepEqual((await post({ ...ping(0), params: null })).body, { jsonrpc: '2.0', id: 0, result: {} })
    for (const notification of [{ jsonrpc: '2.0', method: 'notifications/initialized' }, cancel(99)]) {
      const { status, text: said } = await post(notification)
      assert.deepEqual([status, said], [202, ''])
    }
    const { body } = await post({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: null } })
    assert.ok(body.result?.tools.every(({ inputSchema }) => inputSchema.type === 'object'))
    assert.equal((await post({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: 'nonsense' } })).body.error?.code, -32_602)
  })

  test('an invalid message is a 400 in JSON-RPC’s form', async () => {
    for (const body of [
      ping(null),
      { jsonrpc: '1.0', id: 9, method: 'ping' },
      5,
      'null',
      '{"jsonrpc":',
      { jsonrpc: '2.0', id: 1.5, method: 'ping' },
    ]) {
      const { status, body: answer } = await post(body)
      assert.equal(status, 400, JSON.stringify(body))
      assert.match(String(answer.error?.code), /^-32[67]00$/, JSON.stringify(body))
    }
  })

  test('a batch: answered in versions that have batches, refused with the reason in others', async () => {
    const { body } = await post([ping(1), listed(2)])
    assert.deepEqual((body as unknown as Answer[]).map(({ id }) => id).toSorted(), [1, 2])
    for (const [version, batch, why] of [
      ['2025-06-18', [ping(1)], /2025-06-18 of the protocol has no batches/],
      ['2025-03-26', [], /an empty batch/],
      ['2025-03-26', [ping(1), listed(1)], /the same id/],
      ['2025-03-26', Array.from({ length: 101 }, (_, id) => ping(id)), /at most 100/],
    ] as const) {
      const refused = await post(batch, { 'mcp-protocol-version': version })
      assert.deepEqual([refused.status, refused.body.error?.code], [400, -32_600])
      assert.match(refused.body.error?.message ?? '', why)
    }
  })

  test('a batch that cancels itself ends immediately, and its other calls are answered', async () => {
    for (const batch of [
      [listed(3), cancel(3)],
      [cancel(3), listed(3)],
      [listed(3), listed('4'), cancel(3), cancel('4')],
    ]) {
      const { status, text: said } = await post(batch)
      assert.deepEqual([status, said], [202, ''])
    }
    const { body } = await post([listed(3), ping(4), cancel(3)])
    assert.deepEqual([body].flat(), [{ jsonrpc: '2.0', id: 4, result: {} }])
    assert.deepEqual(noted, [])
  })

  test('an unknown resource', async () => {
    const { body } = await post({
      jsonrpc: '2.0',
      id: 1,
      method: 'resources/read',
      params: { uri: 'firedrill://runbooks/%2e%2e%2fagents' },
    })
    assert.deepEqual([body.error?.code, body.error?.message.includes('there is no firedrill://runbooks/')], [-32_002, true])
  })
})

describe('MCP over standard input and output', () => {
  /** The output until the last call is answered, which is after the input has ended. */
  const spoken = async (lines: readonly string[]) => {
    const output = new PassThrough()
    const server = createMcpServer(
      client(async ({ method }) => ({ status: 200, text: method === 'GET' ? '{"running":null,"scenarios":[]}' : '{}' })),
    )
    await serveLines(server, Readable.from(lines.map((line) => `${line}\n`)), output)
    output.end()
    return (await text(output)).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Answer]))
  }

  test('each line is answered, whatever it contains', async () => {
    const answers = await spoken([
      JSON.stringify(listed(1)),
      JSON.stringify({ ...listed(2), params: { name: 'list_scenarios', arguments: null } }),
      'what is this',
      JSON.stringify({ ...ping(3), params: null }),
      JSON.stringify(ping(null)),
      JSON.stringify([ping(4), ping(5)]),
      JSON.stringify([listed(6), cancel(6)]),
      '',
    ])
    assert.deepEqual(answers.flatMap(({ id, result }) => (result ? [id] : [])).toSorted(), [1, 2, 3, 4, 5])
    assert.deepEqual(
      answers.flatMap(({ error }) => (error ? [error.code] : [])),
      [-32_700, -32_600],
    )
  })

  test('a batch is refused to a client whose version has none', async () => {
    const initialize = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    }
    const [, refused] = (await spoken([JSON.stringify(initialize), JSON.stringify([ping(1)])])).toSorted((a) => (a.result ? -1 : 1))
    assert.match(refused?.error?.message ?? '', /no batches/)
  })
})

test('a call that hangs delays no other, and a cancelled one is not waited for', async () => {
  const output = new PassThrough()
  const server = createMcpServer(
    client(({ path }) => (path === '/api/scenarios' ? new Promise(() => {}) : Promise.resolve({ status: 200, text: '{"running":null}' }))),
  )
  await serveLines(server, Readable.from([listed(1), ping(2), cancel(1)].map((message) => `${JSON.stringify(message)}\n`)), output)
  output.end()
  assert.deepEqual(JSON.parse(await text(output)), { jsonrpc: '2.0', id: 2, result: {} })
})
