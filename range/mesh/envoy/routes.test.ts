import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RangeContext } from '../../context.ts'
import { parsePolicy } from '../references.ts'
import { routesOf } from './routes.ts'

// Safe: the routes of a caller use only these.
const context = { mesh: () => ({ faults: [] }), canary: () => null } as unknown as RangeContext

interface Route {
  route: { retry_policy?: object; timeout: string }
  typed_per_filter_config?: Record<string, { delay?: { percentage: object }; abort?: { percentage: object } }>
}

/** The routes of gateway's proxy for its calls to inventory. */
function routed(http: string): Route[] {
  const yaml = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: x }\nspec:\n  hosts: [inventory]\n  http:\n    - { ${http}, route: [{ destination: { host: inventory } }] }\n`
  // Safe: the structure of a table made here.
  const table = routesOf(context, 'gateway', parsePolicy(yaml))['outbound-inventory'] as { virtual_hosts: [{ routes: Route[] }] }
  return table.virtual_hosts[0].routes
}
const faultOf = (fault: string) => routed(`fault: { ${fault} }`)[0]?.typed_per_filter_config?.['envoy.filters.http.fault']

test('a share is a percentage, and a missing one means none', () => {
  const shares: Record<string, number> = {
    'percentage: { value: 100 }': 1_000_000,
    'percentage: { value: 0.25 }': 2_500,
    'percentage: { value: 0.0001 }': 1,
    'percentage: { value: 0 }': 0,
    'percentage: {}': 0,
  }
  for (const [percentage, numerator] of Object.entries(shares)) {
    const found = faultOf(`delay: { fixedDelay: 1s, ${percentage} }, abort: { httpStatus: 418, ${percentage} }`)
    const share = { numerator, denominator: 'MILLION' }
    assert.deepEqual([found?.delay?.percentage, found?.abort?.percentage], [share, share], percentage)
  }
  assert.deepEqual(faultOf('delay: { fixedDelay: 1s, percent: 10 }')?.delay?.percentage, { numerator: 100_000, denominator: 'MILLION' })
})

test('a route without retries, or with 0 attempts, is not retried', () => {
  assert.equal(routed('timeout: 1s')[0]?.route.retry_policy, undefined)
  assert.equal(routed('retries: { attempts: 0 }')[0]?.route.retry_policy, undefined)
  assert.deepEqual(routed('retries: { attempts: 2 }')[0]?.route.retry_policy, {
    retry_on: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
    num_retries: 2,
    retriable_status_codes: [503],
    retry_back_off: { base_interval: '0.025s', max_interval: '0.25s' },
  })
})
