import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { MissingAlerts, alertsIn } from './missing-alerts.ts'

test('an alert is over when it is gone for three looks in a row, and no sooner', () => {
  const missing = new MissingAlerts()
  const none = new Set<string>()
  assert.deepEqual(missing.over(['a', 'b'], none), [])
  assert.deepEqual(missing.over(['a', 'b'], new Set(['b'])), [])
  assert.deepEqual(missing.over(['a', 'b'], none), ['a'])
  assert.deepEqual(missing.over(['b'], none), [], 'it was there in between')
  assert.deepEqual(missing.over(['b'], none), ['b'])
})

test('one that fires anew is counted anew', () => {
  const missing = new MissingAlerts()
  const none = new Set<string>()
  missing.over(['a'], none)
  missing.over(['a'], none)
  missing.over([], none)
  assert.deepEqual(missing.over(['a'], none), [])
})

test('what Alertmanager has is known by fingerprint, and nothing when it does not answer', async () => {
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/alertmanager/api/v2/alerts' ? 200 : 404).end(JSON.stringify([{ fingerprint: 'a', labels: {} }]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.deepEqual(await alertsIn(`${base}/alertmanager`), new Set(['a']))
  assert.equal(await alertsIn(`${base}/elsewhere`), null)
  await new Promise((resolve) => server.close(resolve))
  assert.equal(await alertsIn(`${base}/alertmanager`), null)
})
