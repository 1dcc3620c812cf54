import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import type { Range } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { portOffsets } from '../../range/context.ts'
import { client, ensureFree, portBase, range as openRange } from './test-range.ts'

const shop = `http://127.0.0.1:${portBase + portOffsets.gateway}`
let range: Range
before(async () => {
  await ensureFree()
  range = openRange()
})

interface Answer {
  status: number
  body: Record<string, unknown>
}

async function checkout(items: { sku: string; quantity: number }[], key: string = randomUUID()): Promise<Answer> {
  const response = await fetch(`${shop}/api/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ customer: 'acceptance', card: 'card-00001', items }),
    signal: AbortSignal.timeout(20_000),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const violations = async () => (await client('instructor').get('/api/invariants')).violations

test('the storefront is a page that shows products', async () => {
  const page = await (await fetch(`${shop}/`)).text()
  assert.match(page, /<html/)
  const { products } = (await (await fetch(`${shop}/api/products?page=1`)).json()) as { products: { sku: string; available: number }[] }
  assert.equal(products.length, 24)
  assert.ok(products.every((product) => product.available > 0))
})

test('of forty who want the last five, five get one, and stock never falls below zero', async () => {
  const sku = 'P02399'
  await range.database.query('update inventory.stock set available = case warehouse when $2 then 5 else 0 end where sku = $1', [sku, 'ams'])
  const answers = await Promise.all(Array.from({ length: 40 }, () => checkout([{ sku, quantity: 1 }])))
  const statuses = answers.map(({ status }) => status)
  assert.ok(
    statuses.every((status) => [201, 402, 409].includes(status)),
    statuses.join(' '),
  )
  const rows = await range.database.query<{ available: string; taken: string }>(
    `select (select sum(available) from inventory.stock where sku = $1) as available,
            (select coalesce(sum(quantity), 0) from inventory.reservations where sku = $1 and state <> 'released' and created_at > now() - interval '1 minute') as taken`,
    [sku],
  )
  assert.equal(Number(rows[0]?.available) + Number(rows[0]?.taken), 5)
  assert.equal(statuses.filter((status) => status === 201).length, Number(rows[0]?.taken))
  await range.database.query('update inventory.stock set available = 20000 where sku = $1', [sku])
})

test('an idempotency key makes one order, however often and however fast it is sent', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 8 }, () => checkout([{ sku: 'P00010', quantity: 1 }], key)))
  const later = await checkout([{ sku: 'P00010', quantity: 1 }], key)
  const orders = await range.database.query<{ count: string }>('select count(*) from orders.orders where idempotency_key = $1', [key])
  assert.equal(Number(orders[0]?.count), 1)
  const ids = new Set([...answers, later].flatMap(({ status, body }) => (status === 201 ? [body['orderId']] : [])))
  assert.ok(ids.size <= 1, [...ids].join(' '))
})

test('an invalid request is answered with the reason, and its own status', async () => {
  assert.equal((await checkout([])).status, 400)
  assert.equal((await checkout([{ sku: 'nonsense', quantity: 1 }])).status, 400)
  assert.equal((await fetch(`${shop}/api/products/P99999`)).status, 404)
  assert.equal((await fetch(`${shop}/api/products?page=0`)).status, 400)
})

test('a changed price is what the next visitor sees and pays', async () => {
  const sku = 'P00042'
  const price = 1_000 + Math.floor(Math.random() * 5_000)
  await (await fetch(`${shop}/api/products/${sku}`)).json()
  const changed = await fetch(`${shop}/api/products/${sku}/price`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ priceCents: price }),
  })
  assert.equal(changed.status, 200)
  const product = (await (await fetch(`${shop}/api/products/${sku}`)).json()) as { priceCents: number }
  assert.equal(product.priceCents, price)
})

test('the shop works without its cache', async () => {
  await range.processes.stop('redis')
  try {
    for (const path of ['/api/products?page=3', '/api/products/P00077']) assert.equal((await fetch(`${shop}${path}`)).status, 200, path)
    assert.ok([201, 402].includes((await checkout([{ sku: 'P00077', quantity: 1 }])).status))
  } finally {
    await range.processes.start('redis')
  }
})

test('services restarted, and killed, during sales lose no order and ship none twice', async () => {
  for (const name of ['orders', 'fulfilment', 'inventory'] as const) await range.processes.restart(name)
  for (const name of ['fulfilment', 'orders'] as const) {
    await range.processes.signal(name, 'SIGKILL')
    await range.processes.start(name)
  }
  await range.processes.restart('rabbitmq')
  const { users } = await range.load.status()
  await range.load.setUsers(0)
  try {
    await until('every promise about orders to hold', 120_000, async () =>
      Object.values(await violations()).every((count) => count === 0),
    ).catch(async () => assert.deepEqual(await violations(), {}))
  } finally {
    await range.load.setUsers(users)
  }
})
