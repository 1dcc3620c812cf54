import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample } from '../model/check.ts'
import { leastShare, trafficOf, withTraffic } from './traffic.ts'

const counted = (...totals: [at: number, good: number | null][]): Sample[] =>
  totals.map(([at, good]) => ({
    at,
    components: [],
    users: good === null ? null : { good, slow: 1, failed: 2 },
    oldestUnfulfilledSeconds: 0,
    backlog: 0,
    deadLetters: 0,
    stalePrices: 0,
  }))

const table: [what: string, samples: Sample[], rate: number | null][] = [
  ['nothing', [], null],
  ['less than five seconds', counted([0, 0], [4_999, 100]), null],
  ['five seconds', counted([0, 0], [5_000, 100]), 20],
  ['the last five seconds, as far as samples are there for them', counted([0, 0], [1_000, 50], [6_500, 105]), 10],
  ['samples without an answer of Locust', counted([0, 0], [5_000, 100], [6_000, null]), 20],
  ['a Locust that was restarted', counted([0, 500], [5_000, 100]), null],
  ['a shop that nobody gets an answer of', counted([0, 500], [5_000, 500]), 0],
]
for (const [what, samples, rate] of table) test(`the traffic, by ${what}`, () => assert.equal(trafficOf(samples), rate))

test('every kind of response counts', () => {
  const [first, last] = counted([0, 0], [5_000, 0])
  assert.ok(first && last)
  assert.equal(trafficOf([first, { ...last, users: { good: 5, slow: 11, failed: 12 } }]), 5)
})

test('with less than three tenths of the usual traffic users are not served, even if everything else is healthy', () => {
  const verdict = { healthy: true, usersFine: true, results: [] }
  const at = (answers: number, usual: number | null) => withTraffic(verdict, counted([0, 0], [5_000, answers]), usual)
  const usual = 20 / leastShare
  assert.equal(at(100, usual), verdict)
  assert.equal(at(0, null), verdict, 'what was usual is not known')
  assert.equal(withTraffic(verdict, [], usual), verdict, 'what there is now is not known')
  const few = at(99, usual)
  assert.deepEqual([few.healthy, few.usersFine], [false, false])
  assert.deepEqual(
    few.results.map(({ id, felt, ok, detail }) => [id, felt, ok, detail]),
    [['users-come', true, false, 'users get 19.8 answers a second, of 66.7 before']],
  )
})
