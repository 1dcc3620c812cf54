import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usersAt } from './load-driver.ts'

const shape = { users: 20, peak: 100, seconds: 40 }

test('a ramp rises evenly and stays', () => {
  const at = (seconds: number) => usersAt({ kind: 'ramp', ...shape }, seconds)
  assert.deepEqual([at(0), at(10), at(20), at(40), at(400)], [20, 40, 60, 100, 100])
})

test('a spike comes at once and goes at once', () => {
  const at = (seconds: number) => usersAt({ kind: 'spike', ...shape }, seconds)
  assert.deepEqual([at(0), at(39.9), at(40), at(400)], [100, 100, 20, 20])
})

test('a wave rises and falls, again and again', () => {
  const at = (seconds: number) => usersAt({ kind: 'wave', ...shape }, seconds)
  assert.deepEqual([at(0), at(10), at(20), at(30), at(40), at(60)], [20, 60, 100, 60, 20, 100])
})

test('steady is steady', () => assert.equal(usersAt({ kind: 'steady', ...shape }, 17), 20))
