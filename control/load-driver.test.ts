import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { restoreBaseline } from '../drills/baseline.ts'
import { users as usersResource } from '../drills/resources/load.ts'
import type { Range } from '../model/range.ts'
import { LoadDriver, usersAt } from './load-driver.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'
import { ServedBench } from './replay/served-bench.ts'
import { settled } from './replay/settled.ts'

const shape = { users: 20, peak: 100, seconds: 40 }

test('a ramp rises linearly and stays', () => {
  const at = (seconds: number) => usersAt({ kind: 'ramp', ...shape }, seconds)
  assert.deepEqual([at(0), at(10), at(20), at(40), at(400)], [20, 40, 60, 100, 100])
})

test('a spike rises and falls immediately', () => {
  const at = (seconds: number) => usersAt({ kind: 'spike', ...shape }, seconds)
  assert.deepEqual([at(0), at(39.9), at(40), at(400)], [100, 100, 20, 20])
})

test('a wave rises and falls repeatedly', () => {
  const at = (seconds: number) => usersAt({ kind: 'wave', ...shape }, seconds)
  assert.deepEqual([at(0), at(10), at(20), at(30), at(40), at(60)], [20, 60, 100, 60, 20, 100])
})

test('a steady load stays the same', () => assert.equal(usersAt({ kind: 'steady', ...shape }, 17), 20))

describe('a shape that ends while Locust is changing the number of users', () => {
  const usual = 30
  /** Locust delays the first change of the number of users until the test lets it finish. */
  function slowLoad(range: Range) {
    const gate = Promise.withResolvers<void>()
    const landed: number[] = []
    const { setUsers } = range.load
    let first = true
    range.load.setUsers = async (count) => {
      if (first) {
        first = false
        await gate.promise
      }
      await setUsers(count)
      landed.push(count)
    }
    return { letGo: () => gate.resolve(), fail: () => gate.reject(new Error('Locust does not answer')), landed }
  }
  const users = async (range: Range) => (await range.load.status()).users

  test('a reset waits for that change', async () => {
    const range = paperRange(projectRoot, usual)
    const slow = slowLoad(range)
    const driver = new LoadDriver(range)
    driver.start({ kind: 'wave', users: 80, peak: 90, seconds: 60 })
    await settled()
    const stopped = driver.stop()
    const restored = restoreBaseline({ ...range, load: driver.ordered }, usual, [usersResource])
    await settled()
    assert.deepEqual(slow.landed, [], 'it is on its way')
    slow.letGo()
    await Promise.all([stopped, restored])
    assert.deepEqual(slow.landed, [80, usual])
    assert.equal(await users(range), usual)
  })

  test('a waiting step of the shape is dropped, and one that fails delays nothing', async () => {
    const range = paperRange(projectRoot, usual)
    const slow = slowLoad(range)
    const driver = new LoadDriver(range)
    driver.start({ kind: 'wave', users: 80, peak: 90, seconds: 60 })
    driver.start({ kind: 'wave', users: 70, peak: 90, seconds: 60 })
    await settled()
    const set = driver.setUsers(50)
    slow.fail()
    await set
    assert.deepEqual(slow.landed, [50])
    assert.equal(driver.shape, null)
  })

  test('a request for a number of users is carried out', async () => {
    await using served = new ServedBench()
    const { range } = served.bench
    const slow = slowLoad(range)
    const ask = async (method: 'PUT' | 'DELETE', url: string, body?: object) =>
      assert.equal((await served.ask('instructor', method, url, body)).status, 200)
    await ask('PUT', '/api/load/shape', { kind: 'wave', users: 80, peak: 90, seconds: 60 })
    const done = ask('PUT', '/api/load', { users: 50 })
    await settled()
    slow.letGo()
    await done
    assert.equal(await users(range), 50)
    assert.deepEqual(slow.landed, [80, 50])
    assert.deepEqual(await served.read('instructor', '/api/load/shape'), { shape: null })
  })
})
