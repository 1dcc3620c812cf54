import assert from 'node:assert/strict'
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { test } from 'node:test'
import { clearer } from './clearer.ts'
import { loose, messagesIn } from './messages.ts'

const call = (id: unknown, params: unknown = {}) => ({ jsonrpc: '2.0', id, method: 'tools/call', params })
const ping = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'ping' })
const cancel = (requestId: unknown) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })
const refusedBy = (body: unknown, version?: string) => {
  const found = messagesIn(body, version)
  return 'refused' in found ? found.refused.error : null
}

const meant: [what: string, given: unknown, expected: unknown][] = [
  ['a message as it should be', call(1, { name: 'a', arguments: { b: 1 } }), call(1, { name: 'a', arguments: { b: 1 } })],
  ['no arguments', call(1, { name: 'a' }), call(1, { name: 'a', arguments: {} })],
  ['null for arguments', call(1, { name: 'a', arguments: null }), call(1, { name: 'a', arguments: {} })],
  ['a list for arguments', call(1, { name: 'a', arguments: [1] }), call(1, { name: 'a', arguments: { [loose]: [1] } })],
  ['a text for arguments', call(1, { name: 'a', arguments: '{}' }), call(1, { name: 'a', arguments: { [loose]: '{}' } })],
  ['null for what is optional', call(1, { name: 'a', arguments: {}, _meta: null }), call(1, { name: 'a', arguments: {} })],
  ['null for parameters', { ...ping(1), params: null }, ping(1)],
  ['a list for parameters', { ...ping(1), params: [] }, ping(1)],
  ['a text for parameters', { ...ping(1), params: 'x' }, { ...ping(1), params: 'x' }],
  ['an empty cursor', { ...ping(1), params: { cursor: '' } }, { ...ping(1), params: {} }],
  ['a cursor', { ...ping(1), params: { cursor: 'x' } }, { ...ping(1), params: { cursor: 'x' } }],
  ['what is no message', 'x', 'x'],
  ['null', null, null],
]
for (const [what, given, expected] of meant)
  test(`${what} is passed on as it is meant`, () => assert.deepEqual(messagesIn(given, undefined), { messages: expected }))

test('batches are accepted up to the last version that has them', () => {
  for (const version of [undefined, '2024-11-05', '2025-03-26'])
    assert.deepEqual(messagesIn([ping(1), ping(2)], version), { messages: [ping(1), ping(2)] })
  assert.match(refusedBy([ping(1)], '2025-06-18')?.message ?? '', /version 2025-06-18 of the protocol has no batches/)
})

test('an empty batch, one with too many messages or with a duplicate id is refused as an invalid request', () => {
  const many = (count: number) => Array.from({ length: count }, (_, id) => ping(id))
  assert.deepEqual(refusedBy([]), { code: -32_600, message: 'an empty batch' })
  assert.equal(refusedBy(many(100)), null)
  assert.deepEqual(refusedBy(many(101)), { code: -32_600, message: 'a batch of 101 messages: at most 100' })
  assert.deepEqual(refusedBy([ping(1), ping(1)]), { code: -32_600, message: 'two calls of a batch have the same id' })
  assert.equal(refusedBy([ping(1), ping('1')]), null, 'a number and a text are two ids')
  assert.equal(refusedBy([{ id: 1, result: {} }, ping(1)]), null, 'an answer is no call')
})

test('a call that its own batch cancels is not made, and other cancellations are passed on', () => {
  assert.deepEqual(messagesIn([ping(1), ping(2), cancel(1)], undefined), { messages: [ping(2)] })
  assert.deepEqual(messagesIn([ping(1), cancel(9)], undefined), { messages: [ping(1), cancel(9)] })
  assert.deepEqual(messagesIn([cancel(1), ping(1)], undefined), { done: true })
  assert.deepEqual(messagesIn([null, ping(1)], undefined), { messages: [null, ping(1)] })
})

const failure = (code: number, message: string): JSONRPCMessage => ({ jsonrpc: '2.0', id: 1, error: { code, message } })
const issues = JSON.stringify([
  { path: ['params', 'name'], message: 'Invalid input: expected string, received number', code: 'invalid_type' },
  { path: [], message: 'Required' },
])
test('a client’s mistake is reported as the client’s, in words', () => {
  assert.deepEqual(
    clearer(failure(ErrorCode.InternalError, issues)),
    failure(ErrorCode.InvalidParams, 'params.name: expected string, received number; the message: Required'),
  )
})

test('every other answer is unchanged', () => {
  for (const message of [
    failure(ErrorCode.InternalError, 'out of memory'),
    failure(ErrorCode.InternalError, '[]'),
    failure(ErrorCode.InternalError, '[{"path":"x"}]'),
    failure(ErrorCode.MethodNotFound, issues),
    { jsonrpc: '2.0', id: 1, result: {} } as const,
  ])
    assert.equal(clearer(message), message)
})
