import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilItWorks } from './retry.ts'

test('a failure is retried until it succeeds', async () => {
  const failures: unknown[] = []
  let attempts = 0
  const attempt = async () => {
    if (++attempts < 3) throw new Error(`attempt ${attempts}`)
    return 'done'
  }
  assert.equal(await untilItWorks(attempt, { deadlineMs: Infinity, onFailure: (error) => failures.push(error) }), 'done')
  assert.deepEqual(failures.map(String), ['Error: attempt 1', 'Error: attempt 2'])
})

test('after the deadline the last error is thrown', async () => {
  const attempt = async () => {
    throw new Error('refused')
  }
  await assert.rejects(untilItWorks(attempt, { deadlineMs: 60 }), { message: 'refused' })
})

test('a signal ends the wait for the next attempt', async () => {
  const stop = new AbortController()
  let attempts = 0
  const attempt = async () => {
    attempts++
    throw new Error('refused')
  }
  await assert.rejects(untilItWorks(attempt, { deadlineMs: Infinity, onFailure: () => stop.abort(), signal: stop.signal }), {
    name: 'AbortError',
  })
  assert.equal(attempts, 1)
})
