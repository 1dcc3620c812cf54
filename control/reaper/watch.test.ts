import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { mock, test } from 'node:test'
import { until } from '../../model/until.ts'
import { leaseMs } from '../lease.ts'
import { faultWatch, holdLease } from './watch.ts'

/** A reaper beside a control plane that has been gone for so long, with so many faults injected, and what its looks did. */
function watching({ goneMs = 0, open = 1 } = {}) {
  const did: string[] = []
  const fails = new Set<string>()
  const act = async (what: string) => {
    if (fails.has(what)) throw new Error(`${what}: no`)
    did.push(what)
    return []
  }
  const injector = { revertAll: () => act('all'), revertOverdue: (graceMs = 0) => act(`overdue for ${graceMs} ms`) }
  const openFaults = () => Array.from({ length: open }) as never[]
  const watch = faultWatch({ openFaults }, { goneMs: () => goneMs, drop: () => {} }, async () => {
    did.push('loaded')
    return injector
  })
  return { watch, did, fails }
}

test('with no fault injected there is nothing to load', async () => {
  const { watch, did } = watching({ open: 0, goneMs: leaseMs + 1 })
  await watch()
  assert.deepEqual(did, [])
})

test('as long as the lease holds, only faults whose deadline passed 2 s ago are reverted', async () => {
  for (const goneMs of [0, leaseMs]) {
    const { watch, did } = watching({ goneMs })
    await watch()
    assert.deepEqual(did, ['loaded', 'overdue for 2000 ms'])
  }
})

test('once the lease is lost, all faults are reverted', async () => {
  const { watch, did } = watching({ goneMs: leaseMs + 1 })
  await watch()
  assert.deepEqual(did, ['loaded', 'all', 'overdue for 2000 ms'])
})

test('two looks do not overlap, and one that fails says so and is followed by another', async () => {
  const said = mock.method(process.stderr, 'write', () => true)
  const { watch, did, fails } = watching({ goneMs: leaseMs + 1 })
  fails.add('all')
  await Promise.all([watch(), watch()])
  assert.deepEqual(did, ['loaded'])
  assert.match(String(said.mock.calls[0]?.arguments[0]), /all: no/)
  said.mock.restore()
  fails.clear()
  await watch()
  assert.deepEqual(did, ['loaded', 'loaded', 'all', 'overdue for 2000 ms'])
})

/** A control plane that answers so, and a lease that is held on it, on a clock of the test's: 5 ms old until there is an answer. */
async function leased(answer: (response: http.ServerResponse) => void) {
  const requests: http.IncomingMessage[] = []
  const server = http.createServer((request, response) => {
    requests.push(request)
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const clock = { ms: 1_000 }
  const lease = holdLease((server.address() as AddressInfo).port, 'secret', () => clock.ms)
  clock.ms += 5
  return {
    lease,
    clock,
    requests,
    connected: () => until('the lease to be held', 10_000, () => lease.goneMs() === 0, 10),
    broken: () => until('the connection to break', 10_000, () => lease.goneMs() > 0, 10),
    async [Symbol.asyncDispose]() {
      lease.drop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a control plane that is connected is not gone, however long ago it said something', async () => {
  await using held = await leased((response) => response.write('.'))
  assert.equal(held.lease.goneMs(), 5, 'it has not answered yet')
  await held.connected()
  held.clock.ms += leaseMs * 2
  assert.equal(held.lease.goneMs(), 0)
  const [request] = held.requests
  assert.deepEqual([request?.url, request?.headers.authorization], ['/api/lease', 'Bearer secret'])
})

test('a connection that breaks is made again, and gone is counted from what was heard last', async () => {
  let answering = true
  let last: http.ServerResponse | null = null
  await using held = await leased((response) => {
    if (!answering) return response.writeHead(503).end()
    last = response
    return response.write('.')
  })
  const breaks = async () => {
    answering = false
    last?.end()
    await held.broken()
    return held.lease.goneMs()
  }
  await held.connected()
  held.clock.ms = 7_000
  assert.equal(await breaks(), 7_000 - 1_005)
  answering = true
  await held.connected()
  held.clock.ms = 7_300
  assert.equal(await breaks(), 300)
})

test('an answer that is no lease does not hold it, and is asked for again', async () => {
  await using held = await leased((response) => response.writeHead(503).write('no'))
  await until('another attempt', 10_000, () => held.requests.length > 1)
  assert.equal(held.lease.goneMs(), 5)
})

test('a control plane that is silent for 3 s is not connected', async () => {
  await using held = await leased((response) => response.write('.'))
  await held.connected()
  held.clock.ms += 50
  const from = performance.now()
  await held.broken()
  assert.ok(performance.now() - from > 2_000)
  assert.equal(held.lease.goneMs(), 50)
})
