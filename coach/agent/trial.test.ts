import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openaiCompatible } from '../providers/openai-compatible.ts'
import { startScriptedServer, type ChatRequest, type Script } from './scripted-server.ts'
import { tryModel } from './trial.ts'

const good: Script = { text: ['You know what users feel. ', 'Where do their requests spend their time?'] }

async function tried(script: (count: number, asked: ChatRequest) => Script, tools = true) {
  let count = 0
  await using server = await startScriptedServer((asked) => script(++count, asked))
  using opened = openaiCompatible.open({ provider: 'openai-compatible', url: server.url, model: 'scripted', tools })
  return await tryModel(opened, { firstWordMs: 300, wholeMs: 2_000 })
}

test('a model that answers, and how long it took', async () => {
  const { text, firstWordMs, wholeMs } = await tried(() => good)
  assert.equal(text, 'You know what users feel. Where do their requests spend their time?')
  assert.ok(firstWordMs > 0 && firstWordMs <= wholeMs)
})

test('a model that its server has to load first', async () => {
  const { firstWordMs } = await tried((count) => (count === 1 ? { ...good, waitMs: 700 } : good))
  assert.ok(firstWordMs < 300)
})

const asks = ({ tools }: ChatRequest) => (tools?.length ?? 0) > 0
const uses = (name: string, raw: string): Script => ({ tools: [{ name, raw }] })

test('a wrong tool call that the model corrects, and null for no arguments', async () => {
  let asked = 0
  await tried((_, request) => {
    if (!asks(request)) return good
    return [uses('encourage', '{"text'), uses('get_progress', 'null')][asked++] ?? good
  })
  assert.equal(asked, 3)
})

const failing: Record<string, [(count: number, asked: ChatRequest) => Script, RegExp]> = {
  'only thoughts': [() => ({ thoughts: ['Okay, the user wants me to say it.'] }), /only reasoning and no answer/],
  'thoughts in marks': [() => ({ text: ['<think>The cause must be inventory.</think>'] }), /only reasoning and no answer/],
  'an empty answer': [() => ({ text: [] }), /an empty answer/],
  'half an answer, and an error': [() => ({ text: ['You know '], after: { error: 'the context is used up' } }), /the context is used up/],
  'something else than it was asked to say': [
    () => ({ text: ['Roll back inventory now.'] }),
    /drill has not mentioned.*it said: “Roll back inventory now/,
  ],
  'always late': [() => ({ ...good, waitMs: 700 }), /no text within 0\.3 s; the time before, its first word came after 0\.[7-9] s/],
  'it cannot be offered tools': [
    (_, { tools }) =>
      tools ? { status: 400, body: '{"error":{"message":"no tools here"}}', headers: { 'content-type': 'application/json' } } : good,
    /no tools here.*--no-tools.*offered tools/,
  ],
  'broken JSON in the arguments of a tool': [
    (_, request) => (asks(request) ? uses('encourage', '{"text": "Well') : good),
    /encourage: its arguments are not valid JSON: \{"text": "Well, when it was offered tools$/,
  ],
  'a tool as text': [
    (_, request) => (asks(request) ? { text: ['<tool_call>{"name": "get_progress"}</tool_call>'] } : good),
    /wrote a call of a tool as text.*<tool_call>\{"name": "get_progress"\}/,
  ],
}
for (const [what, [script, why]] of Object.entries(failing))
  test(`fails with the reason: ${what}`, async () => {
    await assert.rejects(tried(script), (error: Error) => {
      assert.match(error.message, /^in a drill the author's words would go out instead of the model's: /)
      assert.match(error.message, why)
      return true
    })
  })

test('fails if it answers, but all its tool calls are wrong', async () => {
  let asked = 0
  const script = (_: number, request: ChatRequest) => (asks(request) && asked++ === 0 ? uses('encourage', '[]') : good)
  await assert.rejects(tried(script), {
    message: 'it speaks, but cannot use tools: encourage: its arguments are not a JSON object: [] (set the model with --no-tools)',
  })
})

test('without tools none are offered', async () => {
  let requests = 0
  let offered = 0
  await tried((_, { tools }) => {
    requests++
    if (tools) offered++
    return tools ? { status: 400, body: '{}' } : good
  }, false)
  assert.deepEqual([requests > 0, offered], [true, 0])
})
