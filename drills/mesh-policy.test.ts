import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editPolicy } from './mesh-policy.ts'

const rule = (host: string, policy = '{ tls: { mode: ISTIO_MUTUAL } }') =>
  `# ours\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: x }\nspec: { host: ${host}, trafficPolicy: ${policy} }\n`

test('the resource of a service is found by any name of its host, and kept with what is edited', () => {
  for (const host of ['inventory', 'inventory.shop', 'inventory.shop.svc', 'inventory.shop.svc.cluster.local']) {
    const edited = editPolicy(rule(host), 'DestinationRule', 'inventory', (document) =>
      document.setIn(['spec', 'trafficPolicy', 'tls', 'mode'], 'DISABLE'),
    )
    assert.equal(edited.match(/kind: DestinationRule/g)?.length, 1, edited)
    assert.match(edited, /^# ours/)
    assert.match(edited, /mode: DISABLE/)
    const routes = rule(host)
      .replace('DestinationRule', 'VirtualService')
      .replace(/spec: .*/, `spec: { hosts: [${host}], http: [] }`)
    assert.equal(editPolicy(routes, 'VirtualService', 'inventory', () => {}).match(/kind:/g)?.length, 1)
  }
  assert.equal(editPolicy(rule('inventory.other'), 'DestinationRule', 'inventory', () => {}).match(/kind:/g)?.length, 2)
})

test('an aliased part can be edited in one place without changing the other', () => {
  const yaml = `x: &tls { mode: ISTIO_MUTUAL }\n${rule('inventory', '{ tls: *tls }')}`
  const edited = editPolicy(yaml, 'DestinationRule', 'inventory', (document) =>
    document.setIn(['spec', 'trafficPolicy', 'tls', 'mode'], 'DISABLE'),
  )
  assert.match(edited, /mode: DISABLE/)
  assert.match(edited, /mode: ISTIO_MUTUAL/)
})
