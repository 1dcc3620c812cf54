import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeError, errorAnswer, errorCatalogue, errorCode, errorIn, FiredrillError } from './errors.ts'

test('an expected error is answered with its status and message, and any other as an internal error', () => {
  for (const [code, status] of Object.entries(errorCatalogue)) {
    // Safe: the keys of a constant.
    const error = new FiredrillError(code as keyof typeof errorCatalogue, 'the words')
    assert.deepEqual(errorAnswer(error), { status, body: { error: { code, message: 'the words' } } })
    assert.equal(errorIn(errorAnswer(error).body, 'otherwise').code, code, 'it is read as it was written')
  }
  assert.deepEqual(errorAnswer(new Error('odd')), { status: 500, body: { error: { code: 'internal', message: 'odd' } } })
  assert.equal(errorAnswer('a text').body.error.message, 'a text')
})

const answers: [what: string, answer: unknown, code: string, message: string][] = [
  ['nothing', null, 'internal', 'otherwise'],
  ['nothing at all', undefined, 'internal', 'otherwise'],
  ['another object', {}, 'internal', 'otherwise'],
  ['an error without a message', { error: { code: 'conflict' } }, 'conflict', 'otherwise'],
  ['an unknown code', { error: { code: 'odd', message: 'm' } }, 'internal', 'm'],
  ['a query that Prometheus refuses', { status: 'error', errorType: 'bad_data', error: 'm' }, 'bad-request', 'm'],
  ['one that takes too long', { errorType: 'timeout', error: 'm' }, 'timed-out', 'm'],
  ['one that was given up', { errorType: 'canceled', error: 'm' }, 'timed-out', 'm'],
  ['a Prometheus that is not ready', { errorType: 'unavailable', error: 'm' }, 'component-unreachable', 'm'],
  ['another error of Prometheus', { errorType: 'odd', error: 'm' }, 'component-failed', 'm'],
  ['an error in a text', { error: 'm' }, 'component-failed', 'm'],
]
for (const [what, answer, code, message] of answers)
  test(`an answer that tells of ${what}`, () => {
    const error = errorIn(answer, 'otherwise')
    assert.deepEqual([error.code, error.message], [code, message])
  })

test('an error is described with its causes, each once', () => {
  const cause = new Error('the disk is full')
  assert.equal(describeError(new Error('it failed', { cause })), 'it failed: the disk is full')
  assert.equal(describeError(new Error('it failed: the disk is full', { cause })), 'it failed: the disk is full')
  assert.equal(describeError(new Error('a', { cause: new Error('b', { cause }) })), 'a: b: the disk is full')
  assert.equal(describeError(Object.assign(new Error(''), { code: 'ENOSPC' })), 'ENOSPC')
  assert.equal(describeError(new TypeError()), 'TypeError')
  assert.equal(describeError(new Error('a', { cause: 'a text' })), 'a: a text')
  assert.equal(describeError(null), 'null')
})

test('a system error has a code, and other errors have none', () => {
  assert.equal(errorCode(Object.assign(new Error(''), { code: 'ENOSPC' })), 'ENOSPC')
  for (const other of [new Error(''), Object.assign(new Error(''), { code: 4 }), { code: 'ENOSPC' }, null])
    assert.equal(errorCode(other), undefined)
})
