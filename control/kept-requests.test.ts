import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { keptOrder, type KeptRequest } from '../model/tickets.ts'
import { until } from '../model/until.ts'
import { findBinaries } from '../range/binaries.ts'
import { kindOf } from '../people/tickets.ts'
import { freePort } from '../test/free-port.ts'
import { KeptRequests } from './kept-requests.ts'
import { LocustRing } from './locust-ring.ts'
import { cacheDir, projectRoot } from './paths.ts'

const program = findBinaries(cacheDir).find(({ source }) => source.binary === 'locust')?.path ?? null

const listening = async (server: http.Server | net.Server): Promise<number> => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as net.AddressInfo).port
}

/** The requests that the shop received, by trace. */
type Asked = Map<string, { url: string; customer: string; body: string }>

/** A shop whose shelf and cart disagree, whose product pages fail, and whose checkout is slow. */
function strangeShop(asked: Asked): http.Server {
  const answer = (url: string, body: string): { status: number; body: unknown; afterMs?: number } => {
    if (url.startsWith('/api/products?'))
      return {
        status: 200,
        body: { products: Array.from({ length: 2400 }, (_, n) => ({ sku: `P${String(n + 1).padStart(5, '0')}`, priceCents: 100 })) },
      }
    if (url.startsWith('/api/products/')) return { status: 503, body: 'the page is cut o' }
    const { items } = JSON.parse(body) as { items: { sku: string }[] }
    if (url === '/api/cart') return { status: 200, body: { items: items.map((item) => ({ ...item, priceCents: 120 })) } }
    return { status: 201, body: { id: randomUUID(), state: 'confirmed' }, afterMs: 2_200 }
  }
  return http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const url = request.url ?? ''
      const trace = String(request.headers['traceparent']).split('-')[1] ?? ''
      // Locust is traced only if its spans can be sent.
      if (url.startsWith('/v1/')) return void response.end()
      // Prices are changed by staff, who do not complain.
      if (request.method !== 'PUT') asked.set(trace, { url, customer: String(request.headers['x-visitor']), body })
      const said = request.method === 'PUT' ? { status: 500, body: {} } : answer(url, body)
      setTimeout(() => {
        response.writeHead(said.status, { 'content-type': 'application/json' }).end(JSON.stringify(said.body))
      }, said.afterMs ?? 0)
    })
  })
}

test(
  'Locust keeps what went wrong for customers, and every trace leads to a request that was sent',
  { skip: program ? false : 'Locust is not installed' },
  async () => {
    const asked: Asked = new Map()
    const shop = strangeShop(asked)
    const dir = mkdtempSync(path.join(tmpdir(), 'kept-'))
    const [shopPort, port] = [await listening(shop), await freePort()]
    const locust = spawn(
      program ?? '',
      [
        '-f',
        path.join(projectRoot, 'load', 'locustfile.py'),
        '--otel',
        '--skip-log',
        '--autostart',
        '--host',
        `http://127.0.0.1:${shopPort}`,
        '--users',
        '12',
        '--spawn-rate',
        '12',
        '--web-host',
        '127.0.0.1',
        '--web-port',
        String(port),
        '--web-base-path',
        '/locust',
      ],
      {
        cwd: dir,
        stdio: 'ignore',
        env: {
          ...process.env,
          PYTHONDONTWRITEBYTECODE: '1',
          OTEL_TRACES_EXPORTER: 'otlp',
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_LOGS_EXPORTER: 'none',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${shopPort}`,
        },
      },
    )
    const ended = once(locust, 'exit')
    try {
      const read = new KeptRequests(`http://127.0.0.1:${port}/locust/kept`)
      const kinds = (): Set<string> => new Set(read.requests.map(kindOf))
      await until('customers to have seen all of it', 60_000, async () => {
        await read.refresh()
        return ['order-slow', 'page-error', 'price'].every((kind) => kinds().has(kind))
      })
      for (const { trace, asked: url, customer, product, order, wrong, prices, durationMs, status } of read.requests as KeptRequest[]) {
        const sent = asked.get(trace)
        assert.ok(sent, `${url} was sent with the trace ${trace}`)
        assert.deepEqual([sent.url, sent.customer], [url, customer])
        if (wrong === 'price') assert.ok(sent.body.includes(product ?? 'no product'), 'it is in the cart')
        assert.deepEqual(prices, wrong === 'price' ? { shownCents: 100, askedCents: 120 } : undefined)
        // On a busy machine a page may be slow as well, or have no answer.
        if (wrong === 'slow' && url === '/api/checkout') assert.ok(durationMs > 2_000 && order !== null && status === 201)
        if (wrong === 'failed' && status !== 0) assert.ok(url.includes(product ?? 'no product') && status === 503)
      }
      const ordered = new LocustRing(`http://127.0.0.1:${port}/locust/ordered`, keptOrder, 'orders')
      const orders = await ordered.take()
      assert.ok(orders.length > 0)
      assert.equal(new Set(orders.map(({ order }) => order)).size, orders.length)
      for (const { trace, customer, order } of orders)
        assert.deepEqual([asked.get(trace)?.url, asked.get(trace)?.customer, order === null], ['/api/checkout', customer, false])
      const numbers = read.requests.map(({ number }) => number)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => index + 1),
        'each was read once',
      )
      const rest = (await (await fetch(`http://127.0.0.1:${port}/locust/kept?after=${numbers.length - 1}`)).json()) as {
        requests: { number: number }[]
      }
      assert.equal(rest.requests[0]?.number, numbers.length)
    } finally {
      locust.kill('SIGTERM')
      await ended
      shop.closeAllConnections()
      shop.close()
      rmSync(dir, { recursive: true, force: true })
    }
  },
)

test('a restarted Locust is read from the start, and a malformed request costs only itself', async () => {
  const request = {
    at: 1,
    journey: 'browse',
    wrong: 'slow',
    asked: '/',
    customer: 'c',
    product: null,
    order: null,
    status: 200,
    durationMs: 900,
  }
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({ ...request, number: from + at, trace: String(from + at).padStart(32, '0') }))
  let now: { run: string; requests: object[] } = { run: 'first', requests: [...numbered(1, 3), { number: 4, at: 'never' }] }
  const locust = http.createServer((asked, response) => {
    const after = Number(new URL(asked.url ?? '', 'http://locust').searchParams.get('after'))
    const requests = now.requests.filter((each) => (each as { number: number }).number > after)
    response.end(JSON.stringify({ run: now.run, last: now.requests.length, requests }))
  })
  const port = await listening(locust)
  const realNow = Date.now
  let clock = realNow()
  Date.now = () => clock
  try {
    const read = new KeptRequests(`http://127.0.0.1:${port}/kept`)
    const numbers = async () => {
      clock += 2_000
      await read.refresh()
      return read.requests.map(({ number }) => number)
    }
    assert.deepEqual(await numbers(), [1, 2, 3])
    assert.deepEqual(await numbers(), [1, 2, 3])
    now = { run: 'second', requests: numbered(1, 2) }
    assert.deepEqual(await numbers(), [1, 2, 3, 1, 2])
    now = { run: 'second', requests: numbered(3, 900) }
    assert.equal((await numbers()).length, 500, 'the latest only')
    locust.closeAllConnections()
    await new Promise((resolve) => locust.close(resolve))
    assert.equal((await numbers()).length, 500, 'without Locust there is nothing new')
  } finally {
    Date.now = realNow
    locust.close()
  }
})
