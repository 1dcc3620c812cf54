import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { baselinePolicy } from './files.ts'
import { ruleOf } from './destination-rules.ts'
import { parsePolicy } from './references.ts'
import { ofKind, parseResources } from './resources.ts'

const baseline = baselinePolicy(path.join(import.meta.dirname, '..', '..'))

const service = (spec: string, kind = 'VirtualService', group = 'networking') =>
  `apiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: { name: x, namespace: shop }\nspec:\n${spec}\n`

test('the policy of a fresh range is fully supported', () => {
  const resources = parseResources(baseline)
  assert.deepEqual(
    ofKind(resources, 'VirtualService')
      .flatMap(({ spec }) => spec.hosts)
      .toSorted(),
    ['catalog', 'inventory', 'orders', 'payments'],
  )
  assert.equal(ofKind(resources, 'PeerAuthentication')[0]?.spec.mtls?.mode, 'STRICT')
  assert.equal(ofKind(resources, 'AuthorizationPolicy').length, 4)
})

test('durations are parsed as in Istio', () => {
  const [found] = ofKind(
    parseResources(
      service('  hosts: [catalog.shop.svc.cluster.local]\n  http: [{ route: [{ destination: { host: catalog } }], timeout: 1m0.5s }]'),
    ),
    'VirtualService',
  )
  assert.equal(found?.spec.http[0]?.timeout, 60_500)
  assert.deepEqual(found?.spec.hosts, ['catalog'])
})

const route = (http: string) => service(`  hosts: [catalog]\n  http: [${http}]`)

const refused: Record<string, [string, RegExp]> = {
  'what is no YAML': ['a: [', /^line 1, column \d: /],
  'a kind that is not carried out': [service('  x: 1', 'Gateway'), /'Gateway' is not carried out here: choose VirtualService/],
  'what Istio itself would refuse': [
    service('  hosts: [catalog]\n  http: [{ retries: { attempts: many } }]'),
    /line 6, column 33: VirtualService x: spec\.http\.0\.retries\.attempts: 'many' is a text: write a number/,
  ],
  'a field of Istio that is not carried out': [
    service('  hosts: [catalog]\n  http:\n    - route: [{ destination: { host: catalog } }]\n      mirror: { host: orders }'),
    /line 8, column 7: VirtualService x: spec\.http\.0\.mirror is not carried out here: choose/,
  ],
  'a service that there is not': [
    service('  hosts: [catalogue]\n  http: [{ route: [{ destination: { host: catalog } }] }]'),
    /line 5, column 11: VirtualService x: spec\.hosts\.0: there is no service 'catalogue': choose gateway, catalog/,
  ],
  'a reason to retry that there is not': [
    service('  hosts: [catalog]\n  http: [{ route: [{ destination: { host: catalog } }], retries: { attempts: 1, retryOn: 4xx } }]'),
    /'4xx' is not carried out here: choose 5xx/,
  ],
  'a duration that is none': [
    service('  hosts: [catalog]\n  http: [{ route: [{ destination: { host: catalog } }], timeout: soon }]'),
    /timeout: .*soon|timeout/,
  ],
  'two of one name': [
    `${service('  mtls: { mode: STRICT }', 'PeerAuthentication', 'security')}---\n${service('  mtls: { mode: DISABLE }', 'PeerAuthentication', 'security')}`,
    /line 7, column 1: there are two of PeerAuthentication x/,
  ],
  'a version that there is not': [
    service('  hosts: [catalog]', 'VirtualService').replace('/v1', '/v2'),
    /line 1, column 13: VirtualService x: apiVersion: 'networking\.istio\.io\/v2' is none of VirtualService: write networking\.istio\.io\/v1/,
  ],
  'a kind in other capitals': [
    service('  x: 1', 'virtualservice'),
    /'virtualservice' is not carried out here: did you mean 'VirtualService'/,
  ],
  'a list of resources': ['apiVersion: v1\nkind: List\nitems: []\n', /'List' is not carried out here: write its items as documents/],
  'another port': [
    route('{ route: [{ destination: { host: catalog, port: { number: 80 } } }] }'),
    /port\.number: is no port of a service.*8080/,
  ],
  'a regular expression with look-ahead': [
    route("{ match: [{ uri: { regex: '/(?!health).*' } }], route: [{ destination: { host: catalog } }] }"),
    /line 6, column 36: VirtualService x: spec\.http\.0\.match\.0\.uri\.regex: '\/\(\?!health\)\.\*' is refused by RE2.*It has no look-ahead/,
  ],
  'a regular expression of nothing but a quantifier': [
    route("{ match: [{ headers: { a: { regex: '?' } } }], route: [{ destination: { host: catalog } }] }"),
    /headers\.a\.regex: '\?' is refused by RE2/,
  ],
  "a star, which Istio's webhook refuses as well": [
    route("{ match: [{ headers: { a: { regex: '*' } } }], route: [{ destination: { host: catalog } }] }"),
    /headers\.a\.regex: '\*' is refused by RE2.*Write '\.\*' for anything/,
  ],
  'an empty regular expression': [
    route("{ match: [{ uri: { regex: '' } }], route: [{ destination: { host: catalog } }] }"),
    /line 6, column 36: VirtualService x: spec\.http\.0\.match\.0\.uri\.regex: is empty, which Envoy refuses: leave the match out/,
  ],
  'an empty regular expression of a header': [
    route("{ match: [{ headers: { a: { regex: '' } } }], route: [{ destination: { host: catalog } }] }"),
    /headers\.a\.regex: is empty, which Envoy refuses/,
  ],
  'a regular expression without a text': [
    route('{ match: [{ uri: { regex: } }], route: [{ destination: { host: catalog } }] }'),
    /uri\.regex: is empty: write a text/,
  ],
  'a percentage that is a number': [
    route('{ fault: { abort: { httpStatus: 418, percentage: 25 } }, route: [{ destination: { host: catalog } }] }'),
    /fault\.abort\.percentage: '25' is not allowed here: write keys and values \(value\)/,
  ],
  'a smaller share than Istio knows': [
    route('{ fault: { abort: { httpStatus: 418, percentage: { value: 0.00001 } } }, route: [{ destination: { host: catalog } }] }'),
    /percentage\.value: is neither 0 nor at least 0\.0001/,
  ],
  'a load balancer by a hash': [
    service('  host: catalog\n  trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: x-user } } }', 'DestinationRule'),
    /line 6, column 36: DestinationRule x: spec\.trafficPolicy\.loadBalancer\.consistentHash is not carried out here: choose simple$/,
  ],
  'a load balancer that is not carried out': [
    service('  host: catalog\n  trafficPolicy: { loadBalancer: { simple: PASSTHROUGH } }', 'DestinationRule'),
    /loadBalancer\.simple: 'PASSTHROUGH' is not one of the choices: choose ROUND_ROBIN, LEAST_REQUEST, RANDOM, LEAST_CONN$/,
  ],
  'an empty prefix': [
    route("{ match: [{ headers: { a: { prefix: '' } } }], route: [{ destination: { host: catalog } }] }"),
    /headers\.a\.prefix: is empty, which Envoy refuses/,
  ],
  'two ways to match at once': [
    route('{ match: [{ uri: { prefix: /a, exact: /b } }], route: [{ destination: { host: catalog } }] }'),
    /uri: has (exact and prefix|prefix and exact): write one of exact, prefix, regex/,
  ],
  'a star in the middle': [
    service("  rules: [{ to: [{ operation: { paths: ['/stock/*health'] } }] }]", 'AuthorizationPolicy', 'security'),
    /paths\.0: has a '\*' that is not the only one at one end/,
  ],
  'a star at both ends': [
    service("  rules: [{ from: [{ source: { principals: ['*shop*'] } }] }]", 'AuthorizationPolicy', 'security'),
    /principals\.0: has a '\*'/,
  ],
  'a rule of nobody in particular': [
    service('  rules: [{ from: [{ source: {} }] }]', 'AuthorizationPolicy', 'security'),
    /source: is empty: write principals or namespaces/,
  ],
  'mTLS of a port of all workloads': [
    service('  portLevelMtls: { 8080: { mode: DISABLE } }', 'PeerAuthentication', 'security'),
    /portLevelMtls: is for one workload/,
  ],
  'mTLS of a port that there is not': [
    service('  selector: { matchLabels: { app: orders } }\n  portLevelMtls: { 9090: { mode: DISABLE } }', 'PeerAuthentication', 'security'),
    /spec\.portLevelMtls\.9090: '9090' will not do as a key: write 8080/,
  ],
  'a kind that every object inherits': [service('  x: 1', 'constructor'), /'constructor' is not carried out here: choose VirtualService/],
  'a duration that is none to Istio': [
    route('{ timeout: 30, route: [{ destination: { host: catalog } }] }'),
    /timeout: 30 has no unit: write it as 30s/,
  ],
}
for (const [what, [yaml, expected]] of Object.entries(refused)) {
  test(`${what} is refused, with its place`, () => {
    assert.throws(() => parseResources(yaml), { name: 'FiredrillError', code: 'bad-request', message: expected })
  })
}

test('all mistakes in all resources are reported at once', () => {
  const yaml = `${route('{ timeout: soon, route: [{ destination: { host: nowhere } }] }')}---\n${service('  x: 1', 'Gateway')}---\n${service('  mtls: { mode: strict }', 'PeerAuthentication', 'security')}`
  assert.throws(
    () => parseResources(yaml),
    (error: Error) => {
      const lines = error.message.split('\n')
      assert.deepEqual(
        lines.map((line) => /^line (\d+)/.exec(line)?.[1]),
        ['6', '6', '9', '18'],
        error.message,
      )
      return /did you mean 'STRICT'/.test(lines[3] ?? '')
    },
  )
})

test('every version that Istio serves is accepted', () => {
  const v1 = route('{ route: [{ destination: { host: catalog } }] }')
  const destination = rule(`${pool}\n${subset}`)
  for (const version of ['v1beta1', 'v1alpha3'])
    for (const yaml of [v1, destination]) assert.deepEqual(parseResources(yaml.replace('/v1', `/${version}`)), parseResources(yaml))
  const peers = service('  mtls: { mode: STRICT }', 'PeerAuthentication', 'security')
  assert.deepEqual(parseResources(peers.replace('/v1', '/v1beta1')), parseResources(peers))
})

const named = (name: string, yaml: string) => yaml.replace('name: x', `name: ${name}`)
const rule = (spec: string) => service(`  host: catalog\n${spec}`, 'DestinationRule')
const subset = '  subsets: [{ name: a, labels: { version: 1.0.0 } }]'
const pool = '  trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 } } }'
const together: Record<string, [string[], RegExp]> = {
  'two VirtualServices of a host': [
    [route('{ route: [{ destination: { host: catalog } }] }'), route('{ timeout: 1s, route: [{ destination: { host: catalog } }] }')],
    /line 12, column 11: VirtualService b: spec\.hosts\.0: a is a VirtualService of catalog already, and Istio would follow only one of them/,
  ],
  'two traffic policies of a host': [
    [rule(pool), rule(pool)],
    /line 13, column 18: DestinationRule b: spec\.trafficPolicy: a has the trafficPolicy of catalog already/,
  ],
  'one subset twice': [
    [rule(subset), rule(subset)],
    /line 13, column 21: DestinationRule b: spec\.subsets\.0\.name: a has a subset 'a' of catalog already/,
  ],
  'a subset that no rule has': [
    [rule(subset), route('{ route: [{ destination: { host: catalog, subset: z } }] }')],
    /line 13, column 60: VirtualService b: spec\.http\.0\.route\.0\.destination\.subset: no DestinationRule of catalog defines the subset 'z': choose a/,
  ],
  'no weight at all': [
    [route('{ route: [{ destination: { host: catalog } }, { destination: { host: catalog } }] }')],
    /line 6, column 19: VirtualService a: spec\.http\.0\.route: the weights of its destinations are all 0/,
  ],
  'two PeerAuthentications of a workload': [
    [
      service('  mtls: { mode: STRICT }', 'PeerAuthentication', 'security'),
      service('  mtls: { mode: DISABLE }', 'PeerAuthentication', 'security'),
    ],
    /PeerAuthentication b: spec: a is the PeerAuthentication of the namespace already/,
  ],
}
for (const [what, [documents, expected]] of Object.entries(together)) {
  test(`${what}: refused, because Istio would ignore one or the route leads nowhere`, () => {
    const yaml = documents.map((text, index) => named(['a', 'b'][index] ?? '', text)).join('---\n')
    assert.throws(() => parsePolicy(yaml), { code: 'bad-request', message: expected })
  })
}

test('rules of one host are merged if Istio merges them', () => {
  const both = `${named('a', rule(pool))}---\n${named('b', rule(subset).replace('host: catalog', 'host: catalog.shop.svc.cluster.local'))}`
  const routed = `${both}---\n${named('c', route('{ route: [{ destination: { host: catalog, subset: a } }] }'))}`
  const found = ruleOf('catalog', parsePolicy(routed))
  assert.equal(found.trafficPolicy?.connectionPool?.tcp?.maxConnections, 1)
  assert.deepEqual(
    found.subsets?.map(({ name }) => name),
    ['a'],
  )
})
