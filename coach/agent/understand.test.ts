import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openaiCompatible } from '../providers/openai-compatible.ts'
import { startScriptedServer, type Script } from './scripted-server.ts'
import { topicOf } from './understand.ts'

const topics = ['what was deployed today', 'who is on call', 'how many customers call']

async function named(script: Script) {
  await using server = await startScriptedServer(() => script)
  using opened = openaiCompatible.open({ provider: 'openai-compatible', url: server.url, model: 'scripted', tools: true })
  return { topic: await topicOf('Did anybody ship something?', topics, opened), requests: server.requests }
}

test('the topic that a model names by its number is used, and nothing else in its answer', async () => {
  const table: [text: string, topic: number | null][] = [
    ['1', 0],
    [' 3.\n', 2],
    ['0', null],
    ['4', null],
    ['-1', null],
    ['123', null],
    ['2, I think', null],
    ['what was deployed today', null],
    ['', null],
  ]
  for (const [text, topic] of table) assert.equal((await named({ text: [text] })).topic, topic, text)
})

test('a model that fails names no topic, and is called once', async () => {
  const { topic, requests } = await named({ status: 500, body: '{}' })
  assert.deepEqual([topic, requests.length], [null, 1])
})

test('a model gets the topics and the question', async () => {
  const [asked] = (await named({ text: ['1'] })).requests
  const told = JSON.stringify(asked)
  for (const text of [...topics.map((topic, index) => `${index + 1}. ${topic}`), 'Did anybody ship something?'])
    assert.ok(told.includes(text), text)
})
