import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { baselinePolicy } from './files.ts'
import { ofKind, parseResources } from './resources.ts'

const baseline = baselinePolicy(path.join(import.meta.dirname, '..', '..'))

const service = (spec: string, kind = 'VirtualService', group = 'networking') =>
  `apiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: { name: x, namespace: shop }\nspec:\n${spec}\n`

test('the policy of a fresh range is carried out whole', () => {
  const resources = parseResources(baseline)
  assert.deepEqual(
    ofKind(resources, 'VirtualService')
      .flatMap(({ spec }) => spec.hosts)
      .sort(),
    ['catalog', 'inventory', 'orders', 'payments'],
  )
  assert.equal(ofKind(resources, 'PeerAuthentication')[0]?.spec.mtls.mode, 'STRICT')
  assert.equal(ofKind(resources, 'AuthorizationPolicy').length, 4)
})

test('durations are read as Istio writes them', () => {
  const [found] = ofKind(
    parseResources(
      service('  hosts: [catalog.shop.svc.cluster.local]\n  http: [{ route: [{ destination: { host: catalog } }], timeout: 1m0.5s }]'),
    ),
    'VirtualService',
  )
  assert.equal(found?.spec.http[0]?.timeout, 60_500)
  assert.deepEqual(found?.spec.hosts, ['catalog'])
})

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
  'a reason to retry that repeats what was refused': [
    service(
      '  hosts: [catalog]\n  http: [{ route: [{ destination: { host: catalog } }], retries: { attempts: 1, retryOn: retriable-4xx } }]',
    ),
    /'retriable-4xx' is not carried out here/,
  ],
  'a duration that is none': [
    service('  hosts: [catalog]\n  http: [{ route: [{ destination: { host: catalog } }], timeout: soon }]'),
    /timeout: .*soon|timeout/,
  ],
  'two of one name': [
    `${service('  mtls: { mode: STRICT }', 'PeerAuthentication', 'security')}---\n${service('  mtls: { mode: DISABLE }', 'PeerAuthentication', 'security')}`,
    /line 7, column 1: there are two of PeerAuthentication x/,
  ],
}
for (const [what, [yaml, expected]] of Object.entries(refused)) {
  test(`${what} is refused, and where`, () => {
    assert.throws(() => parseResources(yaml), { name: 'FiredrillError', code: 'bad-request', message: expected })
  })
}
