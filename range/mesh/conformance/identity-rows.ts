import assert from 'node:assert/strict'
import { edit, count, inTime, statusesOf, withoutRulesOfInventory, deny, isDenied, type ConformanceRow } from './row.ts'

/** Whether a rule of a DENY policy refuses gateway's request to inventory. */
const denialOf = (what: string, rule: string, denied: boolean): ConformanceRow => ({
  name: `authorization: DENY of ${what}`,
  policy: (baseline) => `${baseline}---\n${deny(rule)}`,
  check: (plane) => isDenied(plane, denied),
})

/** Who may call: mTLS and authorization. */
export const identityRows: readonly ConformanceRow[] = [
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
  ).map(([what, operation, denied]) => denialOf(what, `to: [{ operation: { ${operation} } }]`, denied)),
  ...(
    [
      ['any principal', 'principals: ["*"]', true],
      ['principals by their ending', 'principals: ["*/sa/gateway"]', true],
      ['principals by their beginning', 'principals: ["cluster.local/ns/shop/*"]', true],
      ['every principal but one', 'notPrincipals: ["cluster.local/ns/shop/sa/gateway"]', false],
      ['a namespace', 'namespaces: ["sh*"]', true],
      ['another namespace', 'namespaces: ["other"]', false],
    ] as const
  ).map(([what, source, denied]) => denialOf(what, `from: [{ source: { ${source} } }]`, denied)),
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
