import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poll, until } from './until.ts'

test('a condition is asked until it gives something, which is returned', async () => {
  const answers = [null, undefined, false, 0] as const
  let asked = 0
  const found: number = await until('a number', 1_000, async () => answers[asked++], 1)
  assert.deepEqual([found, asked], [0, 4])
  assert.equal(await until('a word', 1_000, () => 'now'), 'now', 'one that answers at once, without a promise')
})

test('the error when time is up says what was waited for, and for how long', async () => {
  await assert.rejects(
    until('the lock', 20, () => false, 5),
    { code: 'timed-out', message: 'timed out after 0.02 s waiting for the lock' },
  )
})

test('a condition is asked once even when there is no time', async () => {
  assert.equal(await until('it', 0, () => 'there'), 'there')
})

test('an error of the condition ends the wait, unless it is retried', async () => {
  const broken = new Error('connection refused')
  let asked = 0
  const fails = () => {
    asked++
    throw broken
  }
  await assert.rejects(until('it', 1_000, fails, 1), broken)
  assert.equal(asked, 1)
  await assert.rejects(until('the port', 20, fails, { everyMs: 5, retries: () => true }), (error) => {
    assert.ok(error instanceof Error)
    assert.equal(error.message, 'timed out after 0.02 s waiting for the port: connection refused')
    assert.equal(error.cause, broken)
    return true
  })
  assert.ok(asked > 2)
  asked = 0
  await assert.rejects(until('it', 1_000, fails, { everyMs: 1, retries: () => asked < 3 }), broken)
  assert.equal(asked, 3, 'until one is not retried')
})

test('a poll gives null when time is up', async () => {
  assert.equal(await poll(10, async () => false, 5), null)
  assert.equal(await poll(1_000, async () => 'found', 5), 'found')
})
