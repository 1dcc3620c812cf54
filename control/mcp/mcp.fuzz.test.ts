import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc, { type Arbitrary } from 'fast-check'
import { anything, fitting, texts, type Schema } from '../../test/from-schema.ts'
import { holdsFor } from '../../test/fuzz.ts'
import { paperHost } from '../replay/paper-context.ts'
import { ServedBench } from '../replay/served-bench.ts'

const longestAnswerMs = 2_000
/** JSON-RPC's code for an internal error, which is the server's fault. */
const internalError = -32_603

interface Answer {
  error?: { code: number; message: string }
  result?: { tools?: { name: string; inputSchema: Schema }[]; isError?: boolean; content?: { type: string; text?: string }[] }
}

const versions = ['2024-11-05', '2025-03-26', '2025-06-18', '1999-01-01', '']
const ids = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.string({ maxLength: 8 }), fc.constantFrom(null, undefined, {}, 1.5, true))

/** Calls, some of which fit the tools and some not; in batches, too. */
function messages(tools: readonly { name: string; inputSchema: Schema }[]): Arbitrary<string> {
  // Tools that change a drill take longer, and have tests of their own.
  const called = tools.filter(({ name }) => name !== 'run_command')
  const call = fc.oneof(
    ...called.map(({ name, inputSchema }) =>
      fc.oneof({ weight: 3, arbitrary: fitting(inputSchema) }, anything, fc.constant(undefined)).map((args) => ({ name, arguments: args })),
    ),
    fc.record({ name: texts, arguments: anything }),
  )
  const request = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('tools/call'), call) },
    fc.tuple(
      fc.constantFrom('tools/list', 'resources/list', 'prompts/list', 'ping', 'resources/templates/list'),
      fc.oneof(anything, fc.constant(undefined)),
    ),
    fc.tuple(fc.constant('resources/read'), fc.record({ uri: fc.oneof(texts, fc.constant('firedrill://runbooks/checkout')) })),
    fc.tuple(
      fc.constant('initialize'),
      fc.record({ protocolVersion: fc.constantFrom(...versions), capabilities: anything, clientInfo: anything }),
    ),
    fc.tuple(fc.constantFrom('notifications/initialized', 'notifications/cancelled'), fc.record({ requestId: ids })),
    fc.tuple(texts, anything),
  )
  const message = fc.tuple(request, ids).map(([[method, params], id]) => ({ jsonrpc: '2.0', id, method, params }))
  return fc.oneof(
    { weight: 8, arbitrary: message.map((one) => JSON.stringify(one)) },
    fc.array(message, { maxLength: 4 }).map((batch) => JSON.stringify(batch)),
    anything.map((value) => JSON.stringify(value) ?? 'null'),
    texts,
  )
}

/** The messages of an answer, in JSON or as events. */
const answersIn = (body: string): Answer[] =>
  (body.startsWith('{') || body.startsWith('[') ? [body] : [...body.matchAll(/^data: (.+)$/gm)].map(([, data = '{}']) => data)).flatMap(
    // Safe: each part is checked before it is used.
    (text) => [JSON.parse(text) as Answer | Answer[]].flat(),
  )

test('MCP answers any message in time, and never with an internal error', async (context: TestContext) => {
  await using served = new ServedBench()
  const app = await served.app
  await served.bench.start()
  const send = (payload: string, version = '') =>
    app.inject({
      method: 'POST',
      url: '/mcp',
      payload,
      headers: {
        host: paperHost,
        authorization: 'Bearer trainee',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': version,
      },
    })
  const listed = await send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }))
  const tools = answersIn(listed.body)[0]?.result?.tools ?? []
  assert.ok(tools.length > 10)
  await holdsFor<[string, string]>(context, [messages(tools), fc.constantFrom(...versions)], async (payload, version) => {
    const startedAt = performance.now()
    let { statusCode, body } = await send(payload, version)
    // A busy machine may delay one; it counts as our fault if it happens again.
    if (performance.now() - startedAt > longestAnswerMs) {
      const again = performance.now()
      ;({ statusCode, body } = await send(payload, version))
      assert.ok(performance.now() - again <= longestAnswerMs, 'it is answered late')
    }
    assert.ok(statusCode < 500, `${statusCode}: ${body}`)
    for (const { error, result } of answersIn(body)) {
      if (error?.code === internalError) assert.fail(`a failure of the server: ${error.message}`)
      if (result?.isError)
        assert.ok(
          result.content?.some(({ text }) => (text ?? '').length > 0),
          'an error says what is wrong',
        )
    }
  })
})
