import assert from 'node:assert/strict'
import { median } from '../../../model/middle.ts'
import { route, rule, pool, edit, withFault, count, withinChance, statusesOf, type ConformanceRow } from './row.ts'

/** Traffic policy: faults, retries, timeouts, outlier ejection, limits and shares. */
export const trafficRows: readonly ConformanceRow[] = [
  {
    name: 'delay: exact, on one edge',
    policy: edit(
      route,
      `    - match: [{ sourceLabels: { app: gateway } }]\n      fault: { delay: { fixedDelay: 300ms, percentage: { value: 100 } } }\n      route: [{ destination: { host: inventory } }]\n${route}`,
    ),
    async check(plane) {
      const slow = median((await plane.call('gateway', { count: 20 })).map(({ ms }) => ms)) ?? Number.NaN
      const other = median((await plane.call('orders', { count: 20 })).map(({ ms }) => ms)) ?? Number.NaN
      assert.ok(slow >= 285 && slow < 400, `${slow} ms on the edge`)
      assert.ok(other < 100, `${other} ms on another`)
    },
  },
  {
    name: 'abort: a status of its own, and nothing arrives',
    policy: withFault('abort: { httpStatus: 418, percentage: { value: 100 } }'),
    async check(plane) {
      await plane.behave({})
      const answers = await plane.call('gateway', { count: 20 })
      assert.equal(
        count(
          answers.map(({ status }) => status),
          418,
        ),
        20,
      )
      assert.equal(await plane.received(), 0)
    },
  },
  {
    name: 'percentage: a share, within chance',
    policy: withFault('abort: { httpStatus: 503, percentage: { value: 20 } }'),
    async check(plane) {
      const answers = await plane.call('gateway', { count: 1_000, atOnce: 10 })
      const hits = count(
        answers.map(({ status }) => status),
        503,
      )
      assert.ok(withinChance(hits, 1_000, 20), `${hits} of 1000`)
    },
  },
  {
    name: 'retry: as often as asked, on what was asked',
    policy: edit(route, route.replace("retryOn: 'connect-failure,refused-stream'", "retryOn: '503'")),
    async check(plane) {
      await plane.behave({ statuses: [503, 503, 200] })
      assert.deepEqual(
        (await plane.call('gateway')).map(({ status }) => status),
        [200],
      )
      assert.equal(await plane.received(), 3)
      await plane.behave({ statuses: [503] })
      assert.deepEqual(
        (await plane.call('gateway')).map(({ status }) => status),
        [503],
      )
      assert.equal(await plane.received(), 3)
      await plane.behave({ statuses: [500] })
      assert.deepEqual(
        (await plane.call('gateway')).map(({ status }) => status),
        [500],
      )
      assert.equal(await plane.received(), 1, 'another status is not retried')
    },
  },
  {
    name: 'timeout: kept, and answered 504',
    policy: edit(route, `${route}\n      timeout: 200ms`),
    async check(plane) {
      await plane.behave({ delayMs: 2_000 })
      const [answer] = await plane.call('gateway')
      assert.equal(answer?.status, 504)
      assert.ok(answer.ms >= 185 && answer.ms < 1_500, `${answer.ms} ms`)
    },
  },
  {
    name: 'outlier ejection: who fails is not asked',
    policy: edit(
      rule,
      `${rule}    outlierDetection: { consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100 }\n`,
    ),
    async check(plane) {
      await plane.behave({ statuses: [500] })
      assert.deepEqual(
        (await plane.call('gateway', { count: 3 })).map(({ status }) => status),
        [500, 500, 500],
      )
      await plane.behave({ statuses: [500] })
      assert.deepEqual(
        (await plane.call('gateway', { count: 5 })).map(({ status }) => status),
        [503, 503, 503, 503, 503],
      )
      assert.equal(await plane.received(), 0)
    },
  },
  {
    name: 'connection overflow: what is too much is refused at once',
    policy: edit(
      pool,
      pool.replace('maxConnections: 128', 'maxConnections: 1').replace('http1MaxPendingRequests: 256', 'http1MaxPendingRequests: 1'),
    ),
    async check(plane) {
      await plane.behave({ delayMs: 1_500 })
      const answers = await plane.call('gateway', { count: 10, atOnce: 10 })
      const refused = answers.filter(({ status }) => status === 503)
      // One is under way and one may wait; workers of a proxy count separately only for the moment that they take to synchronise.
      assert.ok(refused.length >= 6 && refused.length <= 9, `${refused.length} of 10 refused`)
      assert.ok(
        refused.every(({ ms }) => ms < 1_000),
        'at once',
      )
      assert.ok(answers.some(({ status }) => status === 200))
    },
  },
  {
    name: 'weighted subsets: each gets its share, and one that does not run has nobody',
    policy: (baseline) =>
      edit(
        rule,
        `  host: inventory\n  subsets: [{ name: now, labels: { version: 1.4.0 } }, { name: next, labels: { version: 9.9.9 } }]\n  trafficPolicy:\n`,
      )(
        edit(
          route,
          '    - route:\n        - { destination: { host: inventory, subset: now }, weight: 30 }\n        - { destination: { host: inventory, subset: next }, weight: 70 }',
        )(baseline),
      ),
    async check(plane) {
      const statuses = (await plane.call('gateway', { count: 600, atOnce: 10 })).map(({ status }) => status)
      assert.ok(withinChance(count(statuses, 200), 600, 30), `${count(statuses, 200)} of 600 to the one that runs`)
      assert.equal(count(statuses, 503), 600 - count(statuses, 200))
    },
  },
  {
    name: 'a fault without a percentage is for nobody',
    policy: withFault('delay: { fixedDelay: 5s }, abort: { httpStatus: 418 }'),
    async check(plane) {
      const answers = await plane.call('gateway', { count: 20 })
      assert.equal(statusesOf(answers, 200), 20)
      assert.ok(answers.every(({ ms }) => ms < 4_000))
    },
  },
  {
    name: 'a fault with an empty percentage is for nobody',
    policy: withFault('delay: { fixedDelay: 5s, percentage: {} }, abort: { httpStatus: 418, percentage: {} }'),
    async check(plane) {
      const answers = await plane.call('gateway', { count: 20 })
      assert.equal(statusesOf(answers, 200), 20)
      assert.ok(answers.every(({ ms }) => ms < 4_000))
    },
  },
  {
    name: 'a match on a header with nothing is that it is there',
    policy: edit(
      route,
      `    - match: [{ headers: { x-empty: {} } }]\n      fault: { abort: { httpStatus: 418, percentage: { value: 100 } } }\n      route: [{ destination: { host: inventory } }]\n${route}`,
    ),
    async check(plane) {
      assert.equal(statusesOf(await plane.call('gateway', { headers: { 'x-empty': 'y' } }), 418), 1)
      assert.equal(statusesOf(await plane.call('gateway'), 200), 1)
    },
  },
  {
    name: 'two DestinationRules of a host are merged, and weights are shares of their sum',
    policy: (baseline) =>
      `${edit(
        route,
        '    - route:\n        - { destination: { host: inventory, subset: now, port: { number: 8080 } }, weight: 3 }\n        - { destination: { host: inventory, subset: next }, weight: 997 }',
      )(
        baseline,
      )}---\napiVersion: networking.istio.io/v1beta1\nkind: DestinationRule\nmetadata: { name: subsets }\nspec:\n  host: inventory.shop.svc.cluster.local\n  subsets: [{ name: now, labels: { version: 9.9.9 } }, { name: next, labels: { version: 1.4.0 } }]\n`,
    async check(plane) {
      const answers = await plane.call('gateway', { count: 1_000, atOnce: 10 })
      assert.ok(statusesOf(answers, 200) >= 980, `${statusesOf(answers, 200)} of 1000`)
      assert.equal(statusesOf(answers, 503), 1_000 - statusesOf(answers, 200))
    },
  },
  {
    name: 'minHealthPercent: where fewer are left, those are asked who were ejected',
    policy: edit(
      rule,
      `${rule}    outlierDetection: { consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100, minHealthPercent: 50 }\n`,
    ),
    async check(plane) {
      await plane.behave({ statuses: [500] })
      assert.equal(statusesOf(await plane.call('gateway', { count: 8 }), 500), 8)
      assert.equal(await plane.received(), 8)
    },
  },
]
