import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, type Asked } from './client.ts'
import { FiredrillError } from './errors.ts'

test('the client calls a route of the table, and returns its answer', async () => {
  const asked: Asked[] = []
  const api = client(async (one) => {
    asked.push(one)
    return { status: 200, text: '{"scenarios":[],"closed":true}' }
  })
  assert.equal((await api.get('/api/scenarios')).closed, true)
  assert.deepEqual(asked, [{ route: 'GET /api/scenarios', method: 'GET', path: '/api/scenarios', body: undefined, headers: {} }])
})

test('a refusal is thrown with the code and message of its error, or with a code by its status', async () => {
  const refused = (status: number, text: string) => client(async () => ({ status, text })).get('/api/scenarios')
  await assert.rejects(refused(409, '{"error":{"code":"wrong-state","message":"not now"}}'), (error) => {
    assert.ok(error instanceof FiredrillError)
    assert.deepEqual([error.code, error.message], ['wrong-state', 'not now'])
    return true
  })
  for (const [status, code] of [
    [404, 'not-found'],
    [418, 'bad-request'],
    [503, 'range-not-running'],
    [599, 'internal'],
  ] as const)
    await assert.rejects(refused(status, 'no JSON'), { code, message: `GET /api/scenarios was answered ${status}` })
})
