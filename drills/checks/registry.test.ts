import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Sample } from '../../model/check.ts'
import { shopComponentNames } from '../../model/components.ts'
import { allRunning } from '../../control/replay/paper-range.ts'
import { componentsReady } from './components-ready.ts'
import { ordersFulfilled } from './orders-fulfilled.ts'
import { pricesCurrent } from './prices-current.ts'
import { queueDrained } from './queue-drained.ts'
import { checks, judge } from './registry.ts'
import { usersServed } from './users-served.ts'

const well: Omit<Sample, 'at'> = {
  components: allRunning(),
  users: { good: 0, slow: 0, failed: 0 },
  oldestUnfulfilledSeconds: 0,
  backlog: 0,
  deadLetters: 0,
  stalePrices: 0,
}
const sample = (changed: Partial<Sample> = {}): Sample => ({ ...well, at: 0, ...changed })
/** Samples with Locust's counts at each time, in milliseconds. */
const counted = (...users: [at: number, good: number, slow: number, failed: number][]): Sample[] =>
  users.map(([at, good, slow, failed]) => sample({ at, users: { good, slow, failed } }))

describe('users are served', () => {
  const table: [what: string, samples: Sample[], ok: boolean, detail: string][] = [
    ['nothing is seen yet', [], false, 'not enough seen of the users yet'],
    ['one sample', counted([0, 10, 0, 0]), false, 'not enough seen of the users yet'],
    ['less than five seconds', counted([0, 10, 0, 0], [4_999, 20, 0, 0]), false, 'not enough seen of the users yet'],
    ['five seconds', counted([0, 10, 0, 0], [5_000, 20, 0, 0]), true, '0 of the last 10 requests were slow or failed'],
    ['a twentieth is bad', counted([0, 0, 0, 0], [5_000, 95, 3, 2]), true, '5 of the last 100 requests were slow or failed'],
    ['more than a twentieth is bad', counted([0, 0, 0, 0], [5_000, 94, 3, 3]), false, '6 of the last 100 requests were slow or failed'],
    [
      'what was bad longer ago',
      counted([0, 0, 50, 50], [1_000, 0, 50, 50], [6_000, 10, 50, 50]),
      true,
      '0 of the last 10 requests were slow or failed',
    ],
    [
      'the latest five seconds count, not more',
      counted([0, 0, 0, 0], [2_000, 0, 90, 0], [7_000, 10, 90, 0]),
      true,
      '0 of the last 10 requests were slow or failed',
    ],
    ['nobody gets an answer', counted([0, 10, 0, 0], [5_000, 10, 0, 0]), false, 'no user gets an answer'],
    ['Locust was restarted', counted([0, 1_000, 0, 0], [5_000, 10, 0, 0]), false, 'no user gets an answer'],
  ]
  for (const [what, samples, ok, detail] of table) test(what, () => assert.deepEqual(usersServed.judge(samples), { ok, detail }))

  test('samples in which Locust did not answer are skipped', () => {
    const gap = sample({ at: 6_000, users: null })
    assert.equal(usersServed.judge([...counted([0, 0, 0, 0], [5_000, 10, 0, 0]), gap]).ok, true)
    assert.equal(usersServed.judge([gap]).ok, false)
  })
})

describe('orders are fulfilled', () => {
  for (const [seconds, ok, detail] of [
    [0, true, 'the oldest open order has waited 0.0 s'],
    [6, true, 'the oldest open order has waited 6.0 s'],
    [6.04, false, 'the oldest open order has waited 6.0 s'],
    [null, false, 'the orders cannot be read'],
  ] as const)
    test(`after ${seconds} s`, () =>
      assert.deepEqual(ordersFulfilled.judge([sample({ oldestUnfulfilledSeconds: 99 }), sample({ oldestUnfulfilledSeconds: seconds })]), {
        ok,
        detail,
      }))
})

describe('the queue is drained', () => {
  for (const [backlog, ok, detail] of [
    [20, true, '20 messages wait'],
    [21, false, '21 messages wait'],
    [null, false, 'the queue cannot be read'],
  ] as const)
    test(`with ${backlog} messages`, () =>
      assert.deepEqual(queueDrained.judge([sample({ backlog: 99 }), sample({ backlog })]), { ok, detail }))
})

describe('prices are current', () => {
  for (const [stalePrices, ok, detail] of [
    [0, true, 'all are'],
    [1, false, '1 products are shown at an old price'],
    // Other checks report what does not answer.
    [null, true, 'all are'],
  ] as const)
    test(`with ${stalePrices} at an old price`, () =>
      assert.deepEqual(pricesCurrent.judge([sample({ stalePrices: 9 }), sample({ stalePrices })]), { ok, detail }))
})

describe('components are ready', () => {
  const without = (name: string, detail?: string) =>
    allRunning().map((one) =>
      one.name === name ? { ...one, healthy: false, state: 'exited' as const, ...(detail ? { detail } : {}) } : one,
    )

  test('each component of the shop counts, and is named with its problem', () => {
    for (const name of shopComponentNames.filter((each) => allRunning().some((one) => one.name === each))) {
      assert.deepEqual(componentsReady.judge([sample({ components: without(name) })]), { ok: false, detail: `${name}: exited` })
      assert.deepEqual(
        componentsReady.judge([sample({ components: without(name, 'refuses connections') })]).detail,
        `${name}: refuses connections`,
      )
    }
  })

  test('the monitoring does not count, and neither do earlier samples', () => {
    assert.deepEqual(componentsReady.judge([sample({ components: without('redis') }), sample({ components: without('prometheus') })]), {
      ok: true,
      detail: 'all are',
    })
  })

  test('a component with an unknown state does not count as ready', () => {
    for (const samples of [[], [sample({ components: [] })]])
      assert.deepEqual(componentsReady.judge(samples), { ok: false, detail: 'nothing is known of the components yet' })
  })
})

test('a range is healthy when every check passes, and its users are served when those that they notice pass', () => {
  const fine = counted([0, 0, 0, 0], [5_000, 10, 0, 0])
  const last = fine.at(-1)
  assert.ok(last)
  const verdict = (changed: Partial<Sample>) => {
    const { healthy, usersFine, results } = judge([...fine.slice(0, -1), { ...last, ...changed }])
    return { healthy, usersFine, failing: results.filter(({ ok }) => !ok).map(({ id }) => id) }
  }
  assert.deepEqual(verdict({}), { healthy: true, usersFine: true, failing: [] })
  assert.deepEqual(verdict({ backlog: 99 }), { healthy: false, usersFine: true, failing: ['queue-drained'] })
  assert.deepEqual(verdict({ oldestUnfulfilledSeconds: 99 }), { healthy: false, usersFine: false, failing: ['orders-fulfilled'] })
  assert.deepEqual(
    judge(fine).results.map(({ id, title, felt }) => [id, title, felt]),
    checks.map(({ id, title, felt }) => [id, title, felt]),
  )
})
