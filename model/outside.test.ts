import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { checked, checkedJson } from './outside.ts'
import { instantAnswer, matrixAnswer } from './prometheus.ts'

const schema = z.object({ users: z.number(), workers: z.array(z.object({ state: z.string() })).default([]) })

test('valid input is returned as the schema parses it', () => {
  assert.deepEqual(checked(schema, { users: 3, more: 'than that' }, 'Locust'), { users: 3, workers: [] })
  assert.deepEqual(checkedJson(schema, '{"users":3}', 'Locust'), { users: 3, workers: [] })
})

test('an error names the source and the path of the mistake', () => {
  assert.throws(() => checked(schema, { users: 1, workers: [{ state: 7 }] }, 'the answer of Locust'), {
    code: 'component-failed',
    message: /^the answer of Locust is not as expected \(at workers\.0\.state\): .*string/,
  })
  assert.throws(() => checked(schema, null, 'link.json', 'wrong-state'), {
    code: 'wrong-state',
    message: /^link\.json is not as expected: .*object/,
  })
  assert.throws(() => checkedJson(schema, '{"users":', 'link.json', 'internal'), { code: 'internal', message: 'link.json is not JSON' })
})

test('answers of Prometheus are parsed as the requested type', () => {
  const series = { metric: { journey: 'browse' }, values: [[1_700_000_000.5, '0.25']] }
  assert.deepEqual(matrixAnswer.parse({ status: 'success', data: { resultType: 'matrix', result: [series] } }).data.result, [series])
  assert.throws(() => matrixAnswer.parse({ status: 'error', errorType: 'timeout', error: 'query timed out' }))
  const vector = { resultType: 'vector', result: [{ metric: {}, value: [1, 'NaN'] }] }
  assert.deepEqual(instantAnswer.parse({ status: 'success', data: vector }).data, vector)
  assert.deepEqual(instantAnswer.parse({ data: { resultType: 'scalar', result: [1, '2'] } }).data.result, [1, '2'])
})
