import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Heavy } from './heavy.ts'

test('heavy work runs one at a time, also after a failure, and only a few requests may wait', async () => {
  const heavy = new Heavy()
  let [now, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    throw new Error('no')
  }
  const done = await Promise.allSettled(Array.from({ length: 12 }, () => heavy.one(work)))
  assert.equal(most, 1)
  const refused = done.filter((one) => one.status === 'rejected' && /are waiting already/.test(String(one.reason)))
  assert.equal(refused.length, 4)
  assert.equal(await heavy.one(async () => 'fine'), 'fine')
})

test('a free slot is given to the next request', async () => {
  const heavy = new Heavy()
  const gate = Promise.withResolvers<void>()
  const waiting = Array.from({ length: 8 }, () => heavy.one(() => gate.promise))
  await assert.rejects(
    heavy.one(async () => {}),
    { code: 'too-many-requests', message: '8 such requests are waiting already: try again in a few seconds' },
  )
  gate.resolve()
  await Promise.all(waiting)
  assert.deepEqual(await Promise.all(Array.from({ length: 8 }, (_, index) => heavy.one(async () => index))), [0, 1, 2, 3, 4, 5, 6, 7])
})
