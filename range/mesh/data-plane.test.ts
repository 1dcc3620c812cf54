import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import tls from 'node:tls'
import { after, before, test } from 'node:test'
import { proxyOf, type ServiceName } from '../../model/components.ts'
import { median } from '../../model/middle.ts'
import { poll, until } from '../../model/until.ts'
import type { Binaries } from '../context.ts'
import { findBinaries } from '../binaries.ts'
import { localRange } from '../targets/local/range.ts'
import { refreshMesh } from '../targets/local/mesh.ts'
import { RangeState } from '../targets/local/state.ts'
import { LocalTarget } from '../targets/local/target.ts'
import { adminPort, edgePort, inboundPort } from './edges.ts'

/** Real proxies between services that only report the requests they received. */
const root = path.join(import.meta.dirname, '..', '..')
const cache = process.env['FIREDRILL_CACHE'] || path.join(root, '.cache')
const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-mesh-'))
const state = new RangeState(dir)
state.configure({ portBase: 30_400 })
// Safe: only proxies are started here.
const binaries = Object.fromEntries(findBinaries(cache).map(({ source, path: file }) => [source.binary, file])) as unknown as Binaries
const target = new LocalTarget(state, root, binaries, () => ({}))
const { context } = target
const range = localRange(target)
const baseline = range.mesh.baseline()
const services = ['gateway', 'inventory', 'orders', 'fulfilment', 'catalog'] as const satisfies readonly ServiceName[]

/** Envoy sets its timers relative to its loop's last wake-up: on a busy machine they fire some milliseconds early. */
const earlyMs = 15

/** How the service behind each proxy responds. */
type Behaviour = (request: http.IncomingMessage, response: http.ServerResponse, count: number) => void
const answer: Behaviour = (request, response) => response.end(JSON.stringify({ headers: request.headers }))
const behaviour: Record<string, Behaviour> = {}
const received: Record<string, number> = {}
const servers: http.Server[] = []

before(async () => {
  for (const service of services) {
    const server = http.createServer((request, response) => {
      received[service] = (received[service] ?? 0) + 1
      ;(behaviour[service] ?? answer)(request, response, received[service])
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(context.port(service), '127.0.0.1', resolve))
  }
  await Promise.all(services.map((service) => target.start(proxyOf(service))))
})
after(async () => {
  await Promise.all(services.map((service) => target.stop(proxyOf(service))))
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
  rmSync(dir, { recursive: true, force: true })
})

interface Answer {
  status: number
  ms: number
  text: string
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 200 })
/** A call from one service to another, through its own proxy. */
function call(from: ServiceName, to: ServiceName, options: { headers?: Record<string, string>; method?: string } = {}): Promise<Answer> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: context.port(edgePort(from, to)), path: '/stock', agent, timeout: 20_000, ...options },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - startedAt, text }))
      },
    )
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.end()
  })
}
const middle = (answers: readonly Answer[]): number => median(answers.map(({ ms }) => ms)) ?? 0
/** A plaintext request over a new connection, bypassing the caller's proxy. */
const plaintext = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const port = context.port(inboundPort('inventory') ?? 'gateway')
    http
      .get({ host: '127.0.0.1', port, path: '/stock', agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      .on('error', reject)
  })
const many = (count: number, one: () => Promise<Answer>, atOnce = 20): Promise<Answer[]> => {
  let left = count
  const worker = async (): Promise<Answer[]> => {
    const answers: Answer[] = []
    while (left-- > 0) answers.push(await one())
    return answers
  }
  return Promise.all(Array.from({ length: atOnce }, worker)).then((parts) => parts.flat())
}
const edit = (from: string, to: string): string => {
  assert.ok(baseline.includes(from), from)
  return baseline.replace(from, to)
}
const stat = async (service: ServiceName, name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${context.port(adminPort(service))}/stats?filter=${encodeURIComponent(name)}`)).text()
  return [...text.matchAll(/: (\d+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0)
}
/** The policy for calls to inventory: its route, with these additional fields. */
const inventoryRoute = `    - route: [{ destination: { host: inventory } }]\n      retries: { attempts: 2, retryOn: 'connect-failure,refused-stream' }`
const withPolicy = (name: string, yaml: () => string, check: () => Promise<void>) =>
  test(name, async () => {
    await range.mesh.apply(yaml(), 'test')
    try {
      await check()
    } finally {
      delete behaviour['inventory']
      await range.mesh.reset()
    }
  })

test('a call is passed on, with the caller’s identity', async () => {
  const { status, text } = await call('gateway', 'inventory')
  assert.equal(status, 200)
  assert.match(
    text,
    /"x-forwarded-client-cert":"By=spiffe:\/\/firedrill\/ns\/shop\/sa\/inventory;.*URI=spiffe:\/\/firedrill\/ns\/shop\/sa\/gateway"/,
  )
})

test('a traced call carries its trace on, and an untraced one carries none', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  for (const flag of ['00', '01']) {
    const { text } = await call('gateway', 'inventory', { headers: { traceparent: `00-${trace}-b7ad6b7169203331-${flag}` } })
    assert.match(text, new RegExp(`"traceparent":"00-${trace}-[0-9a-f]{16}-${flag}"`))
  }
})

test('a fault on an edge: an exact delay there, none on others, and gone after the revert', async () => {
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, { delay: { fixedDelayMs: 200, jitterMs: 0, percent: 100 } })
  const delayed = await many(20, () => call('gateway', 'inventory'))
  assert.ok(
    delayed.every(({ ms }) => ms >= 200 - earlyMs),
    JSON.stringify(delayed.map(({ ms }) => ms)),
  )
  // One after another, and the median: a machine that stalls for a moment delays all that are under way.
  assert.ok(middle(await many(15, () => call('orders', 'inventory'), 1)) < 150)
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, null)
  assert.ok(middle(await many(15, () => call('gateway', 'inventory'), 1)) < 150)
})

test('jitter spreads the delay', async () => {
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, { delay: { fixedDelayMs: 100, jitterMs: 80, percent: 100 } })
  // A busy machine only adds delay: a call that is faster than without jitter proves the jitter, sooner or later.
  const times: number[] = []
  do times.push(...(await many(80, () => call('gateway', 'inventory'), 4)).map(({ ms }) => ms))
  while (times.filter((ms) => ms < 100 - earlyMs).length < 3 && times.length < 1_600)
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, null)
  times.sort((a, b) => a - b)
  // An eighth each of 20, 43, 66, … 180 ms.
  const [quickest = 0, slowest = 0] = [times[0], times.at(-1)]
  assert.ok(quickest >= 20 - earlyMs && (times[2] ?? 0) < 100 - earlyMs, `the quickest: ${times.slice(0, 3).join(', ')}`)
  assert.ok(slowest > 130, `the slowest: ${slowest}`)
})

test('an abort for a share of the requests, within what chance allows', async () => {
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, { abort: { httpStatus: 503, percent: 10 } })
  const count = 2_000
  const failed = (await many(count, () => call('gateway', 'inventory'))).filter(({ status }) => status === 503).length
  const said = new Set((await many(100, () => call('gateway', 'inventory'))).filter(({ status }) => status === 503).map(({ text }) => text))
  const others = (await many(200, () => call('orders', 'inventory'))).filter(({ status }) => status !== 200).length
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, null)
  // Four standard deviations: once in 16,000 runs by chance.
  assert.ok(Math.abs(failed - count * 0.1) < 4 * Math.sqrt(count * 0.1 * 0.9), `${failed} of ${count}`)
  assert.ok(
    [...said].every((text) => text.startsWith('upstream connect error')),
    [...said].join(),
  )
  assert.equal(others, 0)
})

test('a fault for requests with a header, and for no others', async () => {
  await range.mesh.setFault(
    { from: 'gateway', to: 'inventory' },
    { abort: { httpStatus: 500, percent: 100 }, header: { name: 'x-visitor', value: 'vip' } },
  )
  const [vip, plain] = [await call('gateway', 'inventory', { headers: { 'x-visitor': 'vip' } }), await call('gateway', 'inventory')]
  await range.mesh.setFault({ from: 'gateway', to: 'inventory' }, null)
  assert.deepEqual([vip.status, plain.status], [500, 200])
})

test('a narrow link: large responses take long, small ones do not', async () => {
  const edge = { from: 'gateway', to: 'inventory' } as const
  behaviour['inventory'] = (request, response) => response.end('x'.repeat(request.headers['x-size'] === 'large' ? 40 * 1024 : 100))
  try {
    await range.mesh.setFault(edge, { bandwidth: { kibPerSecond: 100, percent: 100 } })
    const large = await call('gateway', 'inventory', { headers: { 'x-size': 'large' } })
    const small = await many(9, () => call('gateway', 'inventory'), 1)
    assert.equal(large.text.length, 40 * 1024)
    // 0.4 s by the limit; the first 50 ms' worth is sent immediately.
    assert.ok(large.ms > 300 && large.ms < 1_500, `${large.ms} ms`)
    assert.ok(middle(small) < 150)
  } finally {
    delete behaviour['inventory']
    await range.mesh.setFault(edge, null)
  }
})

test('responses that break off: the caller’s connection breaks, and no other', async () => {
  const edge = { from: 'gateway', to: 'inventory' } as const
  const before = received['inventory'] ?? 0
  await range.mesh.setFault(edge, { reset: { percent: 100 } })
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () =>
      call('gateway', 'inventory').then(
        ({ status }) => String(status),
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      ),
    ),
  )
  assert.deepEqual(new Set(outcomes), new Set(['ECONNRESET']))
  assert.equal(received['inventory'] ?? 0, before)
  assert.equal((await call('orders', 'inventory')).status, 200)
  await range.mesh.setFault(edge, { reset: { percent: 30 } })
  const some = await Promise.allSettled(Array.from({ length: 200 }, () => call('gateway', 'inventory')))
  const broken = some.filter(({ status }) => status === 'rejected').length
  // Four standard deviations.
  assert.ok(Math.abs(broken - 60) < 4 * Math.sqrt(200 * 0.3 * 0.7), `${broken} of 200`)
  await range.mesh.setFault(edge, null)
  assert.equal((await call('gateway', 'inventory')).status, 200)
})

test('a canary gets its share, by its release, and no call fails when it comes and goes', async () => {
  const canary = http.createServer((_request, response) => response.end('canary'))
  await new Promise<void>((resolve) => canary.listen(context.port('canary'), '127.0.0.1', resolve))
  const version = target.currentVersion('inventory')
  const split = (weight: number) =>
    edit(
      inventoryRoute,
      `    - route:\n        - { destination: { host: inventory, subset: stable }, weight: ${100 - weight} }\n        - { destination: { host: inventory, subset: canary }, weight: ${weight} }`,
    ).replace(
      '  host: inventory\n',
      `  host: inventory\n  subsets: [{ name: stable, labels: { version: ${version} } }, { name: canary, labels: { version: 9.9.9 } }]\n`,
    )
  const answers: Answer[] = []
  let going = true
  const traffic = Promise.all(
    Array.from({ length: 10 }, async () => {
      while (going) answers.push(await call('gateway', 'inventory'))
    }),
  )
  try {
    await range.mesh.apply(split(0), 'test')
    state.setCanary({ service: 'inventory', version: '9.9.9' })
    await refreshMesh(target)
    await range.mesh.apply(split(30), 'test')
    const shared = await many(600, () => call('gateway', 'inventory'))
    const its = shared.filter(({ text }) => text === 'canary').length
    // Four standard deviations.
    assert.ok(Math.abs(its - 180) < 4 * Math.sqrt(600 * 0.3 * 0.7), `${its} of 600`)
    assert.equal((await call('orders', 'inventory')).status, 200)
    await range.mesh.apply(split(0), 'test')
    state.setCanary(null)
    await refreshMesh(target)
    await range.mesh.reset()
    assert.ok((await many(100, () => call('gateway', 'inventory'))).every(({ text }) => text !== 'canary'))
  } finally {
    going = false
    await traffic
    state.setCanary(null)
    await range.mesh.reset()
    canary.closeAllConnections()
    canary.close()
  }
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
})

/**
 * A stand-in for Redis without any data: each GET is answered after `afterMs`. Its connections end with it, so that the proxies' pools connect to the
 * next one.
 */
async function emptyRedis(afterMs = 0): Promise<AsyncDisposable> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    // Data arrives in whole commands, perhaps several at once.
    const answer = (data: Buffer) => socket.write('$-1\r\n'.repeat(data.toString().split('GET').length - 1))
    socket.on('data', (data) => setTimeout(answer, afterMs, data)).on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(context.port('redis'), '127.0.0.1', resolve))
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('Redis answers late, immediately and over the same connection, and on time again', async () => {
  await using _ = await emptyRedis()
  const socket = net.connect(context.port('catalog>redis'), '127.0.0.1')
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const startedAt = performance.now()
      socket.once('data', () => resolve(performance.now() - startedAt))
      socket.once('error', reject)
      socket.write('*2\r\n$3\r\nGET\r\n$1\r\nx\r\n')
    })
  try {
    await ask()
    assert.ok(Math.min(await ask(), await ask(), await ask()) < 90)
    await range.mesh.setCacheFault({ delayMs: 100, percent: 100 })
    assert.ok((await ask()) >= 100 - earlyMs)
    await range.mesh.setCacheFault({ delayMs: 200, percent: 100 })
    assert.ok((await ask()) >= 200 - earlyMs)
    await range.mesh.setCacheFault(null)
    assert.ok(Math.min(await ask(), await ask(), await ask()) < 90)
  } finally {
    socket.destroy()
  }
})

test('clients that disconnect while delayed commands are under way do no harm', async () => {
  await using _ = await emptyRedis(5)
  const command = '*2\r\n$3\r\nGET\r\n$1\r\nx\r\n'
  const connect = async () => {
    const socket = net.connect(context.port('catalog>redis'), '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  try {
    await range.mesh.setCacheFault({ delayMs: 25, percent: 100 })
    // They disconnect at each stage of a command: before it reaches Redis, there, delayed, and answered.
    for (let ms = 0; ms < 40; ms++) {
      const sockets = await Promise.all(Array.from({ length: 5 }, connect))
      for (const socket of sockets) socket.write(command)
      await delay(ms)
      for (const socket of sockets) socket.destroy()
    }
    const last = await connect()
    last.write(command)
    assert.equal(String((await once(last, 'data'))[0]), '$-1\r\n')
    last.destroy()
  } finally {
    await range.mesh.setCacheFault(null)
  }
})

test('an unknown edge is refused', async () => {
  await assert.rejects(
    range.mesh.setFault({ from: 'catalog', to: 'orders' }, { abort: { httpStatus: 500, percent: 1 } }),
    /catalog does not call orders: choose gateway → catalog/,
  )
})

withPolicy(
  'retries: a failed call is tried again as often as the policy says',
  () => edit(inventoryRoute, inventoryRoute.replace("retryOn: 'connect-failure,refused-stream'", 'retryOn: 5xx')),
  async () => {
    behaviour['inventory'] = (_request, response, count) => response.writeHead(count % 3 === 0 ? 200 : 503).end()
    received['inventory'] = 0
    assert.equal((await call('gateway', 'inventory')).status, 200)
    assert.equal(received['inventory'], 3)
    behaviour['inventory'] = (_request, response) => response.writeHead(503).end()
    received['inventory'] = 0
    assert.equal((await call('gateway', 'inventory')).status, 503)
    assert.equal(received['inventory'], 3)
  },
)

test('without such a policy it is not retried: a request that may have been processed is not repeated', async () => {
  behaviour['inventory'] = (_request, response) => response.writeHead(503).end()
  received['inventory'] = 0
  assert.equal((await call('gateway', 'inventory')).status, 503)
  delete behaviour['inventory']
  assert.equal(received['inventory'], 1)
})

withPolicy(
  'a time limit is kept',
  () => edit(inventoryRoute, `${inventoryRoute}\n      timeout: 150ms`),
  async () => {
    behaviour['inventory'] = (_request, response) => void setTimeout(() => response.end(), 1_000)
    const { status, ms } = await call('gateway', 'inventory')
    assert.equal(status, 504)
    assert.ok(ms >= 150 - earlyMs && ms < 900, String(ms))
  },
)

withPolicy(
  "the policy's own fault acts at the caller, for the source that it names",
  () =>
    edit(
      inventoryRoute,
      `    - match: [{ sourceLabels: { app: orders } }]\n      fault: { abort: { httpStatus: 418, percentage: { value: 100 } } }\n      route: [{ destination: { host: inventory } }]\n${inventoryRoute}`,
    ),
  async () => {
    assert.equal((await call('orders', 'inventory')).status, 418)
    assert.equal((await call('gateway', 'inventory')).status, 200)
  },
)

withPolicy(
  'who fails too often is not called for a while',
  () =>
    edit(
      '  host: inventory\n  trafficPolicy:\n',
      '  host: inventory\n  trafficPolicy:\n    outlierDetection: { consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100 }\n',
    ),
  async () => {
    behaviour['inventory'] = (_request, response) => response.writeHead(500).end()
    for (let index = 0; index < 3; index++) assert.equal((await call('gateway', 'inventory')).status, 500)
    // One thread of the proxy decides, and notifies the one that sends.
    await until('it to be ejected', 2_000, async () => (await call('gateway', 'inventory')).status !== 500, 1)
    received['inventory'] = 0
    const { status, text } = await call('gateway', 'inventory')
    assert.equal(status, 503)
    assert.match(text, /no healthy upstream/)
    assert.equal(received['inventory'], 0, 'nothing was sent')
  },
)

withPolicy(
  'a breaker refuses what is too much, and counts it',
  () =>
    edit(
      '  host: inventory\n  trafficPolicy:\n    connectionPool:\n      tcp: { maxConnections: 128, connectTimeout: 1s }\n      http: { http1MaxPendingRequests: 256,',
      '  host: inventory\n  trafficPolicy:\n    connectionPool:\n      tcp: { maxConnections: 1, connectTimeout: 1s }\n      http: { http1MaxPendingRequests: 1,',
    ),
  async () => {
    // There is an idle connection.
    assert.equal((await call('gateway', 'inventory')).status, 200)
    const waiting: http.ServerResponse[] = []
    behaviour['inventory'] = (_request, response) => void waiting.push(response)
    const answers = Promise.all(Array.from({ length: 10 }, () => call('gateway', 'inventory')))
    await poll(10_000, async () => (await stat('gateway', 'cluster.inventory.upstream_rq_pending_overflow')) >= 8, 20)
    behaviour['inventory'] = answer
    for (const response of waiting) response.end()
    const statuses = (await answers).map(({ status }) => status)
    assert.equal(statuses.filter((status) => status === 200).length, 2, 'one is under way and one may wait')
    assert.equal(statuses.filter((status) => status === 503).length, 8)
  },
)

withPolicy(
  'a release that does not run gets nothing',
  () =>
    edit(inventoryRoute, inventoryRoute.replace('host: inventory }', 'host: inventory, subset: next }')).replace(
      '  host: inventory\n',
      '  host: inventory\n  subsets: [{ name: next, labels: { version: 9.9.9 } }]\n',
    ),
  async () => assert.equal((await call('gateway', 'inventory')).status, 503),
)

test('mutual TLS: plaintext, a foreign authority and a wrong name are refused, each counted and logged', async () => {
  const port = context.port(inboundPort('inventory') ?? 'gateway')
  const refused = () => stat('inventory', 'listener.127.0.0.1_30432.ssl.')
  const log = () => readFileSync(path.join(dir, 'logs', 'inventory-proxy.log'), 'utf8')
  received['inventory'] = 0
  let before = await refused()
  for (let index = 0; index < 10; index++) await assert.rejects(plaintext())
  assert.ok((await refused()) >= before + 10, 'plaintext is counted')
  await eventually(() => /HTTP_REQUEST/.test(log()))

  // A self-signed certificate, with the right name.
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/O=firedrill',
      '-addext',
      'subjectAltName=URI:spiffe://firedrill/ns/shop/sa/gateway',
      '-keyout',
      path.join(dir, 'foreign.key'),
      '-out',
      path.join(dir, 'foreign.pem'),
    ],
    { stdio: 'ignore' },
  )
  before = await refused()
  await new Promise<void>((resolve) => {
    const foreign = { key: readFileSync(path.join(dir, 'foreign.key')), cert: readFileSync(path.join(dir, 'foreign.pem')) }
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...foreign }, () =>
      socket.write('GET /stock HTTP/1.1\r\nhost: inventory\r\n\r\n'),
    )
    socket.on('data', () => assert.fail('a foreign certificate was answered'))
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
  assert.ok((await refused()) > before, 'a foreign authority is counted')
  await eventually(() => /CERTIFICATE_VERIFY_FAILED/.test(log()))

  await range.mesh.issueIdentity('gateway', 'wrong-id')
  assert.equal((await call('gateway', 'inventory')).status, 403)
  assert.ok((await stat('inventory', 'http.inbound.rbac.denied')) > 0, 'a wrong name is counted')
  await eventually(() => /rbac_access_denied/.test(log()))
  await range.mesh.issueIdentity('gateway')
  assert.equal(received['inventory'], 0, 'nothing reached the service')
  assert.equal((await call('gateway', 'inventory')).status, 200)
})

test('an authorised identity is required: any other caller gets 403', async () => {
  await range.mesh.apply(
    edit(
      'principals: [cluster.local/ns/shop/sa/gateway, cluster.local/ns/shop/sa/orders, ',
      'principals: [cluster.local/ns/shop/sa/orders, ',
    ),
    'test',
  )
  assert.equal((await call('gateway', 'inventory')).status, 403)
  assert.equal((await call('orders', 'inventory')).status, 200)
  await range.mesh.reset()
})

test('without the guard they are accepted: PERMISSIVE accepts plaintext', async () => {
  const open = edit('mtls: { mode: STRICT }', 'mtls: { mode: PERMISSIVE }').replace(
    /---\n[^]*?kind: AuthorizationPolicy\nmetadata: \{ name: inventory[^]*?---\n/,
    '---\n',
  )
  await range.mesh.apply(open, 'test')
  assert.equal(await plaintext(), 200)
  await range.mesh.reset()
  await assert.rejects(plaintext())
})

test('an expired certificate is refused; a new one is accepted', async () => {
  await range.mesh.issueIdentity('inventory', 'expired')
  assert.equal((await range.mesh.identities()).find(({ service }) => service === 'inventory')?.verified, false)
  assert.equal((await call('gateway', 'inventory')).status, 503)
  await range.mesh.issueIdentity('inventory')
  assert.equal((await call('gateway', 'inventory')).status, 200)
})

test('policies and certificates change under load without a failed request', async () => {
  let done = false
  const statuses: number[] = []
  const load = Promise.all(
    Array.from({ length: 10 }, async () => {
      while (!done) statuses.push((await call('gateway', 'inventory')).status)
    }),
  )
  for (let round = 0; round < 5; round++) {
    await range.mesh.apply(edit(inventoryRoute, `${inventoryRoute}\n      timeout: ${2 + round}s`), 'test')
    await range.mesh.apply(edit('tcp: { maxConnections: 128', `tcp: { maxConnections: ${100 + round}`), 'test')
    await range.mesh.issueIdentity('inventory')
    await range.mesh.issueIdentity('gateway')
  }
  done = true
  await load
  await range.mesh.reset()
  assert.ok(statuses.length > 200, `${statuses.length} requests`)
  assert.deepEqual(
    statuses.filter((status) => status !== 200),
    [],
  )
})

test('a policy that a proxy would refuse is reported with its line, and leaves the previous one active', async () => {
  const broken = edit(
    inventoryRoute,
    `    - match: [{ uri: { regex: '[' } }]\n      route: [{ destination: { host: inventory } }]\n${inventoryRoute}`,
  )
  await assert.rejects(range.mesh.apply(broken, 'test'), {
    code: 'bad-request',
    message: /^line \d+, column \d+: .*uri\.regex: '\[' is refused by RE2/,
  })
  assert.equal((await range.mesh.history()).length, 1)
  assert.equal(await range.mesh.policy(), baseline)
  assert.equal((await call('gateway', 'inventory')).status, 200)
  await range.mesh.reset()
})

const eventually = (holds: () => boolean) => until(holds.toString(), 10_000, holds, 50)
