import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { LogEntry } from '../../observability/store/otlp/logs.ts'
import { logShipper } from './log-shipper.ts'

const entry = (body: string): LogEntry => ({
  timeMs: Date.now(),
  traceId: '',
  spanId: '',
  severityText: 'INFO',
  severityNumber: 9,
  service: 'orders',
  body,
  attributes: {},
})

test('lines that the store rejects do not delay others, and lines that it has no room for are retried', async () => {
  const answers = [413, 429, 200]
  const sent: string[] = []
  const store = http.createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    sent.push(...[...body.matchAll(/"body":\{"stringValue":"(\w+)"/g)].map(([, line]) => line ?? ''))
    response.writeHead(answers.shift() ?? 200).end()
    if (answers.length === 0) store.emit('taken')
  })
  store.listen(0, '127.0.0.1')
  await once(store, 'listening')
  const taken = once(store, 'taken')
  const shipper = logShipper(`http://127.0.0.1:${(store.address() as AddressInfo).port}/v1/logs`)
  assert.equal(shipper.offer([entry('refused')]), true)
  assert.equal(shipper.offer([entry('later')]), true)
  await taken
  assert.deepEqual(sent, ['refused', 'later', 'later'])
  store.closeAllConnections()
  store.close()
})
