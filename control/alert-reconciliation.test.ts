import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AlertReconciliation, alertsIn, type CurrentAlert } from './alert-reconciliation.ts'

const startedAt = Date.parse('2026-01-01T12:00:00Z')
const alert = (fingerprint: string, changed: Partial<CurrentAlert> = {}): CurrentAlert => ({
  fingerprint,
  name: 'BrowseLatencyBudgetBurn',
  severity: 'page',
  summary: 'pages are slow',
  startsAt: new Date(startedAt + 1_000).toISOString(),
  active: true,
  ...changed,
})
const ids = (alerts: readonly { fingerprint: string }[]) => alerts.map(({ fingerprint }) => fingerprint)

test('an alert is over once it was missing in three polls in a row, and no sooner', () => {
  const reconciliation = new AlertReconciliation()
  const over = (received: string[], current: string[]) =>
    ids(
      reconciliation.look(
        received.map((fingerprint) => ({ fingerprint })),
        current.map((fingerprint) => alert(fingerprint)),
        startedAt,
      ).over,
    )
  assert.deepEqual(over(['a', 'b'], []), [])
  assert.deepEqual(over(['a', 'b'], ['b']), [])
  assert.deepEqual(over(['a', 'b'], []), ['a'])
  assert.deepEqual(over(['b'], []), [], 'it was there in between')
  assert.deepEqual(over(['b'], []), ['b'])
  over([], [])
  assert.deepEqual(over(['b'], []), [], 'one that fires again is counted again')
})

test('a firing page that was never received is found at the second poll; a ticket, a silenced page and an earlier one are not', () => {
  const reconciliation = new AlertReconciliation()
  const current = [
    alert('lost'),
    alert('ticket', { severity: 'ticket' }),
    alert('silenced', { active: false }),
    alert('older', { startsAt: new Date(startedAt - 1_000).toISOString() }),
  ]
  assert.deepEqual(ids(reconciliation.look([], current, startedAt).unheard), [])
  assert.deepEqual(ids(reconciliation.look([], current, startedAt).unheard), ['lost'])
  assert.deepEqual(ids(reconciliation.look([{ fingerprint: 'lost' }], current, startedAt).unheard), [], 'received by now')
})

test("Alertmanager's alerts are parsed, and null is returned when it does not answer", async () => {
  const told = {
    fingerprint: 'a',
    startsAt: '2026-01-01T12:00:00Z',
    labels: { alertname: 'ComponentDown', severity: 'page' },
    annotations: { summary: 'redis is down' },
    status: { state: 'suppressed', silencedBy: ['x'], inhibitedBy: [] },
  }
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/alertmanager/api/v2/alerts' ? 200 : 404).end(JSON.stringify([told]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  assert.deepEqual(await alertsIn(`${base}/alertmanager`), [
    { fingerprint: 'a', name: 'ComponentDown', severity: 'page', summary: 'redis is down', startsAt: told.startsAt, active: false },
  ])
  assert.equal(await alertsIn(`${base}/elsewhere`), null)
  await new Promise((resolve) => server.close(resolve))
  assert.equal(await alertsIn(`${base}/alertmanager`), null)
})
