import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startScriptedServer, type Script } from '../agent/scripted-server.ts'
import { fetchStreamed } from './streamed.ts'

/** The result of an answer, for a client that wants a stream, or does not: its text, or the error. */
async function answered(script: Script, wanted = true): Promise<string> {
  await using server = await startScriptedServer(() => script)
  const body = JSON.stringify({ model: 'm', messages: [], stream: wanted })
  return await fetchStreamed(server.url, { method: 'POST', body }).then(
    (response) => response.text(),
    (error: Error) => error.message,
  )
}
const of = (type: string, body: string, status = 200): Script => ({ body, status, headers: { 'content-type': type } })

test('a stream is passed on, whatever its content type, and so are other answers and proper errors', async () => {
  for (const type of ['text/event-stream', 'application/x-ndjson', 'application/stream+json; event-stream', 'text/plain', ''])
    assert.equal(await answered(of(type, 'data: {}')), 'data: {}', type)
  assert.equal(await answered(of('application/json', '{"message":"no"}'), false), '{"message":"no"}')
  assert.equal(await answered(of('application/json', '{"message":"no"}', 500)), '{"message":"no"}')
})

test('an error with status 200 is reported with its message', async () => {
  const table: [body: string, why: string][] = [
    ['{"error":{"message":"no model is loaded"}}', 'no model is loaded'],
    ['{"error":"no model"}', 'no model'],
    ['{"message":"not now"}', 'not now'],
    ['{"error":{},"message":"not now"}', 'not now'],
    ['{"detail":"not found"}', 'not found'],
  ]
  for (const [body, why] of table) assert.equal(await answered(of('application/json', body)), `an error within a 200: ${why}`)
})

test('an answer that is no stream is reported by its title, or its start', async () => {
  assert.equal(
    await answered(of('text/html; charset=utf-8', '<html><title>\n Sign in </title></html>')),
    'answered text/html instead of a stream: Sign in',
  )
  for (const body of ['{"detail":{"a":1}}', '{}', 'no JSON'])
    assert.equal(await answered(of('application/json', body)), `answered application/json instead of a stream: ${body}`)
  assert.equal(await answered(of('application/xml', 'x'.repeat(500))), `answered application/xml instead of a stream: ${'x'.repeat(120)}`)
})
