import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { test, type TestContext } from 'node:test'
import { kindOf } from '../people/tickets.ts'
import { KeptOrders } from './kept-orders.ts'
import { keptTogether } from './kept-requests.ts'

interface Fate {
  charged: boolean
  shipped: boolean
}
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const begun = 1_000_000
const shipped: Fate = { charged: true, shipped: true }

/** Locust with orders that were confirmed immediately, the shop's database, and a clock. */
class Shop implements AsyncDisposable {
  readonly #locust = http.createServer((asked, response) => {
    const after = Number(new URL(asked.url ?? '', 'http://locust').searchParams.get('after'))
    response.end(JSON.stringify({ run: 'first', last: this.orders, requests: this.#numbered().slice(after) }))
  })
  orders = 0
  readonly fates = new Map<string, Fate>()
  answers = true
  asked = 0
  readonly clock: TestContext['mock']['timers']

  constructor({ mock }: TestContext) {
    mock.timers.enable({ apis: ['Date'], now: begun })
    this.clock = mock.timers
  }
  #numbered() {
    return Array.from({ length: this.orders }, (_, index) => ({
      number: index + 1,
      at: begun,
      journey: 'checkout',
      asked: '/api/checkout',
      customer: `customer-${index + 1}`,
      product: 'P00007',
      order: idOf(index + 1),
      status: 201,
      durationMs: 200,
      trace: String(index + 1).padStart(32, '0'),
    }))
  }
  async opened(): Promise<KeptOrders> {
    await once(this.#locust.listen(0, '127.0.0.1'), 'listening')
    const address = this.#locust.address()
    assert.ok(typeof address === 'object' && address)
    return new KeptOrders(`http://127.0.0.1:${address.port}/ordered`, {
      query: async <Row extends Record<string, unknown>>(_sql: string, params: unknown[] = []) => {
        this.asked++
        if (!this.answers) throw new Error('too many connections')
        const ids = params[0]
        assert.ok(Array.isArray(ids))
        // Safe: the query's column names.
        return [...this.fates].filter(([id]) => ids.includes(id)).map(([id, fate]) => ({ id, ...fate })) as unknown as Row[]
      },
    })
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#locust.closeAllConnections()
    this.#locust.close()
  }
}
const told = ({ requests }: KeptOrders) => requests.map((request) => [request.order, kindOf(request)])

test('orders that were paid but not shipped, and lost ones, are returned once they are late, and no others', async (context) => {
  await using shop = new Shop(context)
  shop.orders = 5
  shop.fates.set(idOf(1), shipped)
  shop.fates.set(idOf(2), { charged: true, shipped: false })
  shop.fates.set(idOf(3), { charged: false, shipped: false })
  shop.fates.set(idOf(5), { charged: true, shipped: false })
  const orders = await shop.opened()
  await orders.refresh()
  shop.clock.tick(29_000)
  await orders.refresh()
  assert.deepEqual(told(orders), [], 'on their way')
  assert.equal(shop.asked, 0)
  shop.clock.tick(11_000)
  await orders.refresh()
  const late = [
    [idOf(2), 'not-shipped'],
    [idOf(4), 'order-lost'],
    [idOf(5), 'not-shipped'],
  ]
  assert.deepEqual(told(orders), late)
  for (const { at, durationMs, noticedAt } of orders.requests) assert.equal(noticedAt, at + durationMs + 30_000)
  // Orders that were shipped since are no longer returned.
  shop.fates.set(idOf(2), shipped)
  shop.clock.tick(10_000)
  await orders.refresh()
  assert.deepEqual(told(orders), late.slice(1))
})

test('nothing is returned while the database does not answer, and the rest again when it does', async (context) => {
  await using shop = new Shop(context)
  shop.orders = 1
  const orders = await shop.opened()
  await orders.refresh()
  shop.clock.tick(40_000)
  await orders.refresh()
  assert.equal(orders.requests.length, 1)
  const stderr = context.mock.method(process.stderr, 'write', () => true)
  shop.answers = false
  for (const _ of [1, 2, 3]) {
    shop.clock.tick(10_000)
    await orders.refresh()
  }
  assert.deepEqual([told(orders), stderr.mock.callCount()], [[], 1])
  shop.answers = true
  shop.clock.tick(10_000)
  await orders.refresh()
  assert.deepEqual(told(orders), [[idOf(1), 'order-lost']])
  assert.deepEqual(keptTogether(orders, orders).requests.length, 2)
})
