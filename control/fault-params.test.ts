import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { AnyFault } from '../model/fault.ts'
import { atRamp, parseParams } from './fault-params.ts'

const fault = {
  id: 'slow',
  params: z.strictObject({ delayMs: z.number().min(1), of: z.string().default('orders') }),
} as unknown as AnyFault

test('parameters are as the fault takes them, and one that it does not take is named', () => {
  assert.deepEqual(parseParams(fault, { delayMs: 5 }), { delayMs: 5, of: 'orders' })
  const refusal = (raw: unknown, message: RegExp) => assert.throws(() => parseParams(fault, raw), { code: 'bad-request', message })
  refusal({ delayMs: 0 }, /^slow: delayMs: /)
  refusal('text', /^slow: params: /)
})

test('a ramp goes from its start to what was given, in whole numbers between whole numbers', () => {
  const ramp = (from: number) => ({ param: 'delayMs', from, overMs: 1_000 })
  const given = { delayMs: 11, of: 'orders' }
  const delays = (from: number, to: number) => [0, 0.25, 1].map((share) => atRamp({ ...given, delayMs: to }, ramp(from), share)['delayMs'])
  assert.deepEqual(atRamp(given, ramp(1), 0.5), { delayMs: 6, of: 'orders' })
  assert.deepEqual(delays(1, 11), [1, 4, 11])
  assert.deepEqual(delays(10, 0), [10, 8, 0])
  assert.deepEqual(delays(0, 0.5), [0, 0.125, 0.5])
  assert.deepEqual(delays(0.5, 1), [0.5, 0.625, 1])
})
