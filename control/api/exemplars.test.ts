import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { askExemplars } from '../../model/routes/telemetry.ts'
import { slowestExemplars } from './exemplars.ts'

const asked: { from: number; to: number }[] = []
/** A Prometheus with an exemplar each second, slower and slower within a minute; every tenth has no trace. */
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://prometheus')
  if (searchParams.get('query') === 'sum(') {
    response.writeHead(400).end('{"status":"error","error":"parse error"}')
    return
  }
  const [from, to] = [Number(searchParams.get('start')), Number(searchParams.get('end'))]
  asked.push({ from, to })
  const exemplars = Array.from({ length: Math.floor(to - from) + 1 }, (_, index) => ({
    labels: (from + index) % 10 === 9 ? { span: 'x' } : { trace_id: `trace-${from + index}` },
    value: String((from + index) % 60),
    timestamp: from + index,
  }))
  response.end(JSON.stringify({ status: 'success', data: [{ seriesLabels: { service: 'gateway' }, exemplars }] }))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => server.close())
const { port } = server.address() as AddressInfo
const prometheus = { name: 'Prometheus', base: `http://127.0.0.1:${port}`, ready: '/' }

test('of an hour of exemplars, the slowest of each slice that has a trace is returned', async () => {
  const found = await slowestExemplars(prometheus, askExemplars.parse({ query: 'x', start: '3600', end: '7200', slices: '60' }))
  assert.equal(found.length, 60)
  assert.deepEqual(found[0], { traceId: 'trace-3658', value: 58, at: 3_658, labels: { service: 'gateway' } })
  assert.ok(found.every(({ value }) => value === 58))
  assert.deepEqual(
    asked.map(({ from, to }) => to - from),
    [900, 900, 900, 900],
  )
})

test('a query that Prometheus refuses and an invalid range are refused with the reason', async () => {
  const bad = askExemplars.parse({ query: 'sum(', start: 1, end: 2 })
  await assert.rejects(slowestExemplars(prometheus, bad), { code: 'bad-request', message: /parse error/ })
  for (const { start, end } of [
    { start: 20, end: 10 },
    { start: 1, end: 1_000_000 },
  ])
    assert.match(askExemplars.safeParse({ query: 'x', start, end }).error?.message ?? '', /end must come after start/)
})
