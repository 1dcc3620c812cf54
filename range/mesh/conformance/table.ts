import assert from 'node:assert/strict'
import type { DataPlane } from './plane.ts'

/** One line of the table: a policy, made of the shop's own, and what must be seen of it. */
export interface ConformanceRow {
  name: string
  policy(baseline: string): string
  check(plane: DataPlane): Promise<void>
}

const route = `    - route: [{ destination: { host: inventory } }]\n      retries: { attempts: 2, retryOn: 'connect-failure,refused-stream' }`
const rule = '  host: inventory\n  trafficPolicy:\n'
const pool = `${rule}    connectionPool:\n      tcp: { maxConnections: 128, connectTimeout: 1s }\n      http: { http1MaxPendingRequests: 256,`

const edit = (from: string, to: string) => (baseline: string) => {
  assert.ok(baseline.includes(from), `the policy has changed: it no longer has\n${from}`)
  return baseline.replace(from, to)
}
const withFault = (fault: string) => edit(route, route.replace('- route:', `- fault: { ${fault} }\n      route:`))
const middle = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
const count = (statuses: number[], wanted: number): number => statuses.filter((status) => status === wanted).length
/** Whether a share is within 4.5 deviations of what was asked for: by chance, it is not once in 150,000 times. */
const withinChance = (hits: number, of: number, percent: number): boolean =>
  Math.abs(hits - (of * percent) / 100) <= 4.5 * Math.sqrt(of * (percent / 100) * (1 - percent / 100))

/** The proxy of who is called takes up its own half in its own time; what is asserted afterwards is asserted once. */
async function inTime(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000
  while (!(await condition()) && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 200))
}

const statusesOf = (answers: readonly { status: number }[], wanted: number): number =>
  count(
    answers.map(({ status }) => status),
    wanted,
  )

/** The policy in which everybody may call inventory. */
function withoutRulesOfInventory(baseline: string): string {
  const documents = baseline.split('---\n')
  const others = documents.filter((document) => !/kind: AuthorizationPolicy\nmetadata: \{ name: inventory/.test(document))
  assert.equal(others.length, documents.length - 1)
  return others.join('---\n')
}
const deny = (rule: string): string =>
  `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: closed }\nspec:\n  selector: { matchLabels: { app: inventory } }\n  action: DENY\n  rules:\n    - ${rule}\n`
/** Whether calls of gateway are refused; one that is let in would be at first as well, before the callee has heard of the rule: it is asked for some time. */
async function isDenied(plane: DataPlane, denied: boolean): Promise<void> {
  if (denied) await inTime(async () => (await plane.call('gateway'))[0]?.status === 403)
  const answers = await plane.call('gateway', { count: 20 })
  assert.equal(statusesOf(answers, denied ? 403 : 200), 20, JSON.stringify(answers.map(({ status }) => status)))
}

export const conformanceTable: readonly ConformanceRow[] = [
  {
    name: 'delay: exact, on one edge',
    policy: edit(
      route,
      `    - match: [{ sourceLabels: { app: gateway } }]\n      fault: { delay: { fixedDelay: 300ms, percentage: { value: 100 } } }\n      route: [{ destination: { host: inventory } }]\n${route}`,
    ),
    async check(plane) {
      const slow = middle((await plane.call('gateway', { count: 20 })).map(({ ms }) => ms))
      const other = middle((await plane.call('orders', { count: 20 })).map(({ ms }) => ms))
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
      assert.equal(await plane.received(), 1, 'another status is not tried again')
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
      // One is under way and one may wait; each worker of a proxy has a breaker of its own only for the moment that they take to agree.
      assert.ok(refused.length >= 6 && refused.length <= 9, `${refused.length} of 10 refused`)
      assert.ok(
        refused.every(({ ms }) => ms < 1_000),
        'at once',
      )
      assert.ok(answers.some(({ status }) => status === 200))
    },
  },
  {
    name: 'mTLS STRICT: plaintext is refused, who is in the mesh is served',
    policy: (baseline) => baseline,
    async check(plane) {
      assert.equal(await plane.plaintext(), 0)
      assert.deepEqual(
        (await plane.call('gateway')).map(({ status }) => status),
        [200],
      )
    },
  },
  {
    name: 'mTLS PERMISSIVE: plaintext comes in, where nobody asks who it is',
    policy: (baseline) => edit('mtls: { mode: STRICT }', 'mtls: { mode: PERMISSIVE }')(withoutRulesOfInventory(baseline)),
    async check(plane) {
      await inTime(async () => (await plane.plaintext()) === 200)
      assert.equal(await plane.plaintext(), 200)
    },
  },
  {
    name: 'authorization: who is not allowed is answered 403',
    policy: edit(
      'principals: [cluster.local/ns/shop/sa/gateway, cluster.local/ns/shop/sa/orders, ',
      'principals: [cluster.local/ns/shop/sa/orders, ',
    ),
    async check(plane) {
      await inTime(async () => (await plane.call('gateway'))[0]?.status === 403)
      await plane.behave({})
      assert.equal(
        count(
          (await plane.call('gateway', { count: 10 })).map(({ status }) => status),
          403,
        ),
        10,
      )
      assert.equal(await plane.received(), 0)
      assert.equal(
        count(
          (await plane.call('orders', { count: 10 })).map(({ status }) => status),
          200,
        ),
        10,
      )
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
  ...(
    [
      ['any method', 'methods: ["*"]', true],
      ['another method', 'notMethods: ["G*"]', false],
    ] as const
  ).map(([what, operation, allowed]): ConformanceRow => ({
    name: `authorization: ALLOW of ${what}, to one caller`,
    policy: (baseline) =>
      `${withoutRulesOfInventory(baseline)}---\n${deny(`{ from: [{ source: { principals: [cluster.local/ns/shop/sa/orders] } }], to: [{ operation: { ${operation} } }] }`).replace('DENY', 'ALLOW')}`,
    async check(plane) {
      await isDenied(plane, true)
      assert.equal(statusesOf(await plane.call('orders', { count: 20 }), allowed ? 200 : 403), 20)
    },
  })),
  ...(
    [
      ['any method', 'methods: ["*"]', true],
      ['methods by their beginning', 'methods: ["G*"]', true],
      ['methods by another beginning', 'methods: ["P*"]', false],
      ['every method but one', 'notMethods: ["GET"]', false],
      ['paths by their beginning', 'paths: ["/st*"]', true],
      ['paths by their ending', 'paths: ["*/stock"]', true],
      ['any path', 'paths: ["*"]', true],
      ['a path and another method', 'paths: ["*"], methods: [POST]', false],
      ['any host', 'hosts: ["*"]', true],
      ['hosts by their ending', 'hosts: ["*.example"]', false],
    ] as const
  ).map(([what, operation, denied]): ConformanceRow => ({
    name: `authorization: DENY of ${what}`,
    policy: (baseline) => `${baseline}---\n${deny(`to: [{ operation: { ${operation} } }]`)}`,
    check: (plane) => isDenied(plane, denied),
  })),
  ...(
    [
      ['any principal', 'principals: ["*"]', true],
      ['principals by their ending', 'principals: ["*/sa/gateway"]', true],
      ['principals by their beginning', 'principals: ["cluster.local/ns/shop/*"]', true],
      ['every principal but one', 'notPrincipals: ["cluster.local/ns/shop/sa/gateway"]', false],
      ['a namespace', 'namespaces: ["sh*"]', true],
      ['another namespace', 'namespaces: ["other"]', false],
    ] as const
  ).map(([what, source, denied]): ConformanceRow => ({
    name: `authorization: DENY of ${what}`,
    policy: (baseline) => `${baseline}---\n${deny(`from: [{ source: { ${source} } }]`)}`,
    check: (plane) => isDenied(plane, denied),
  })),
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
  {
    name: 'mTLS of a port: DISABLE there, whatever holds for the others',
    policy: (baseline) =>
      `${withoutRulesOfInventory(baseline).replace(/(host: inventory\n[^]*?)    tls: \{ mode: ISTIO_MUTUAL \}\n/, '$1')}---\napiVersion: security.istio.io/v1beta1\nkind: PeerAuthentication\nmetadata: { name: inventory }\nspec:\n  selector: { matchLabels: { app: inventory } }\n  mtls: { mode: UNSET }\n  portLevelMtls: { 8080: { mode: DISABLE } }\n`,
    async check(plane) {
      await inTime(async () => (await plane.plaintext()) === 200)
      assert.equal(await plane.plaintext(), 200)
    },
  },
]
