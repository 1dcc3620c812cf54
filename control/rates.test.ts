import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Rates } from './rates.ts'

describe('a rate', () => {
  test('allows a burst of ten, or of a sixth of a minute’s requests, and then one after another', () => {
    for (const [perMinute, atOnce] of [
      [6, 10],
      [60, 10],
      [600, 100],
    ] as const) {
      let now = 0
      const rates = new Rates(() => now)
      const taken = () => {
        let count = 0
        while (rates.take('a', perMinute) === 0) count++
        return count
      }
      assert.equal(taken(), atOnce, `${perMinute} a minute`)
      const eachMs = 60_000 / perMinute
      now += eachMs - 1
      assert.equal(taken(), 0)
      now += 1
      assert.equal(taken(), 1)
      now += 3_600_000
      assert.equal(taken(), atOnce, 'no more are saved up')
    }
  })

  test('tells how long to wait, and that is enough', () => {
    let now = 0
    const rates = new Rates(() => now)
    for (let count = 0; count < 10; count++) assert.equal(rates.take('a', 60), 0)
    const waitMs = rates.take('a', 60)
    assert.equal(waitMs, 1_000)
    now += 400
    assert.equal(rates.take('a', 60), 600)
    now += 600
    assert.equal(rates.take('a', 60), 0)
  })

  test('counts each key separately, and drops the oldest of ten thousand', () => {
    const rates = new Rates(() => 0)
    for (let count = 0; count < 10; count++) rates.take('a', 60)
    assert.ok(rates.take('a', 60) > 0)
    assert.equal(rates.take('b', 60), 0)
    for (let who = 0; who < 9_997; who++) rates.take(`${who}`, 60)
    assert.ok(rates.take('a', 60) > 0, 'it is among the ten thousand')
    rates.take('one more', 60)
    rates.take('and another', 60)
    assert.equal(rates.take('a', 60), 0)
  })
})

test('a rate allows its burst, and no more than its rate over time', () => {
  let now = 0
  const rates = new Rates(() => now)
  let taken = 0
  for (now = 0; now < 60_000; now += 10) if (rates.take('a', 60) === 0) taken++
  assert.ok(taken >= 60 && taken <= 71, String(taken))
  let waitMs = 0
  while (waitMs === 0) waitMs = rates.take('a', 60)
  now += waitMs
  assert.equal(rates.take('a', 60), 0)
})
