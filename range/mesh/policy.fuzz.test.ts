import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { FiredrillError } from '../../model/errors.ts'
import { holdsFor, mutated } from '../../test/fuzz.ts'
import { findBinaries } from '../binaries.ts'
import type { Binaries } from '../context.ts'
import { RangeState } from '../targets/local/state.ts'
import { localRange } from '../targets/local/range.ts'
import { LocalTarget } from '../targets/local/target.ts'
import { parsePolicy } from './references.ts'

const root = path.join(import.meta.dirname, '..', '..')
const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-fuzz-'))
after(() => rmSync(dir, { recursive: true }))
const state = new RangeState(dir)
state.configure({ portBase: 31_600 })
const cache = process.env['FIREDRILL_CACHE'] || path.join(root, '.cache')
// Safe: only Envoy's path is used here.
const binaries = Object.fromEntries(findBinaries(cache).map(({ source, path: file }) => [source.binary, file])) as unknown as Binaries
const { mesh } = localRange(new LocalTarget(state, root, binaries, () => ({})))
const whole = `${mesh.baseline()}---
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: odd }
spec:
  hosts: [gateway]
  http:
    - match: [{ uri: { regex: '/a.*' }, headers: { end-user: { exact: x }, y: {} } }, { method: { prefix: G }, sourceLabels: { app: orders } }]
      route: [{ destination: { host: orders, subset: a }, weight: 1 }, { destination: { host: orders }, weight: 999 }]
      fault: { delay: { fixedDelay: 1s, percentage: { value: 0.5 } }, abort: { httpStatus: 503 } }
      retries: { attempts: 3, perTryTimeout: 250ms, retryOn: '503,reset' }
      timeout: 1m
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: odd }
spec:
  host: orders
  subsets: [{ name: a, labels: { version: 1.0.0 }, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, minHealthPercent: 50 }, loadBalancer: { simple: RANDOM } } }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: odd }
spec:
  action: DENY
  rules:
    - from: [{ source: { principals: ['*/sa/x'], notNamespaces: [a*] } }]
      to: [{ operation: { methods: ['*'], paths: [/a*, '*b'], notHosts: [c.example] } }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: odd }
spec: { selector: { matchLabels: { app: orders } }, portLevelMtls: { 8080: { mode: DISABLE } } }
`

/** True if it is accepted; otherwise refused with lines. */
function isTaken(yaml: string): boolean {
  try {
    parsePolicy(yaml)
    return true
  } catch (error) {
    if (!(error instanceof FiredrillError) || error.code !== 'bad-request') throw error
    for (const line of error.message.split('\n')) assert.match(line, /^(line \d+, column \d+: \S|and \d+ more$)/)
    return false
  }
}

test('a policy with random changes is accepted, or refused with lines', (context) =>
  holdsFor(context, [mutated([whole])], (yaml) => void isTaken(yaml)))

test('any text is refused with lines', (context) =>
  holdsFor(context, [fc.string({ unit: 'binary', maxLength: 200 })], (yaml) => void isTaken(yaml)))

/** Mostly valid policies, so that Envoy has something to validate. */
const mostly = <Value>(good: fc.Arbitrary<Value>, odd: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: odd })
const word = mostly(
  fc.constantFrom('*', 'a*', '*b', '/x', 'GET', '.*', '[^/]+', '(a|b){2,5}', 'é+', String.raw`\d`, '/a?b=c', ' '),
  fc.string({ maxLength: 20 }),
)
const match = fc.record({ kind: fc.constantFrom('exact', 'prefix', 'regex'), text: word }).map(({ kind, text }) => ({ [kind]: text }))
const weight = mostly(fc.constantFrom(1, 999, 2_147_483_647), fc.nat())
const duration = mostly(fc.constantFrom('1ms', '1.5s', '24h', '250ms'), fc.constantFrom('0s', '0.0001s', '25h'))
const count = mostly(fc.constantFrom(1, 10, 2_147_483_647), fc.nat())
const percent = mostly(fc.constantFrom(0, 50, 100), fc.nat({ max: 101 }))
const headers = fc.dictionary(mostly(fc.constantFrom('a', 'x-b'), fc.constantFrom(':c', 'd e')), match, { maxKeys: 2 })
const some = { minLength: 1, maxLength: 3 }
const route = fc.record(
  {
    match: fc.array(fc.record({ uri: match, method: match, headers }, { requiredKeys: [] }), some),
    route: fc.array(fc.record({ destination: fc.constant({ host: 'inventory' }), weight }), some),
    timeout: duration,
    retries: fc.record({
      attempts: count,
      perTryTimeout: duration,
      retryOn: fc.constantFrom('503', '5xx,reset', 'retriable-4xx', 'unavailable,503,429'),
    }),
    fault: fc.record({
      delay: fc.record({ fixedDelay: duration, percentage: fc.record({ value: percent }) }),
      abort: fc.record({ httpStatus: mostly(fc.constantFrom(200, 418, 599), fc.integer({ min: 199, max: 600 })) }),
    }),
  },
  { requiredKeys: ['route'] },
)
const outlierDetection = fc.record(
  { consecutive5xxErrors: count, interval: duration, baseEjectionTime: duration, maxEjectionPercent: percent, minHealthPercent: percent },
  { requiredKeys: [] },
)
const http = fc.record({ http1MaxPendingRequests: count, maxRetries: count, idleTimeout: duration, maxRequestsPerConnection: count })
const connectionPool = fc.record({ tcp: fc.record({ maxConnections: count, connectTimeout: duration }), http })
const rule = fc.record({
  from: fc.array(fc.record({ source: fc.record({ principals: fc.array(word, some), notNamespaces: fc.array(word, some) }) }), some),
  to: fc.array(
    fc.record({ operation: fc.record({ methods: fc.array(word, some), notPaths: fc.array(word, some), hosts: fc.array(word, some) }) }),
    some,
  ),
})
const hosts = ['catalog', 'inventory', 'orders', 'payments']
const perHost = fc.array(fc.record({ route, trafficPolicy: fc.record({ connectionPool, outlierDetection }), rule }), {
  minLength: hosts.length,
  maxLength: hosts.length,
})

test('Envoy accepts every policy that is accepted here', (context) =>
  holdsFor(context, [perHost], async (given) => {
    const documents = given
      .flatMap(({ route: one, trafficPolicy, rule: of }, index) => [
        { kind: 'VirtualService', spec: { hosts: [hosts[index]], http: [one] } },
        { kind: 'DestinationRule', spec: { host: hosts[index], trafficPolicy } },
        { kind: 'AuthorizationPolicy', spec: { selector: { matchLabels: { app: hosts[index] } }, rules: [of] } },
      ])
      .map(({ kind, spec }, index) => {
        const group = kind === 'AuthorizationPolicy' ? 'security' : 'networking'
        return JSON.stringify({ apiVersion: `${group}.istio.io/v1`, kind, metadata: { name: `x${index}` }, spec })
      })
      // Each separately, so that one that is refused does not hide the others.
      .filter(isTaken)
    if (documents.length > 0) await mesh.check(documents.join('\n---\n'))
  }))
