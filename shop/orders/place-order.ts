import { randomUUID } from 'node:crypto'
import { context, propagation } from '@opentelemetry/api'
import type { FastifyBaseLogger } from 'fastify'
import type { Database, Queryable } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import type { Client } from '../kit/http-client.ts'
import { counter } from '../kit/metrics.ts'
import { names } from '../kit/queue.ts'
import type { Behaviour } from './releases.ts'

type OrderState = 'pending' | 'confirmed' | 'declined' | 'sold-out' | 'failed' | 'fulfilled'

export interface OrderRequest {
  customer: string
  card: string
  items: { sku: string; quantity: number; priceCents: number }[]
}

export interface PlacedOrder {
  id: string
  state: OrderState
  totalCents: number
}

interface Dependencies {
  database: Database
  inventory: Client
  payments: Client
  behaviour: Behaviour
  log: FastifyBaseLogger
  wakeRelay(): void
}

/** Reserves, charges and confirms: the order and its message are written together or not at all. */
export function placeOrders({ database, inventory, payments, behaviour, log, wakeRelay }: Dependencies) {
  const outcomes = counter('orders_placed_total', 'Orders by outcome', ['state'] as const)
  for (const state of ['confirmed', 'declined', 'sold-out', 'failed']) outcomes.inc({ state }, 0)

  async function charge(id: string, totalCents: number, card: string): Promise<'charged' | 'declined'> {
    const { status } = await payments.call('POST', '/charges', { json: { orderId: id, amountCents: totalCents, card } })
    if (status === 402) return 'declined'
    if (status !== 200 && status !== 201) throw new HttpError(502, 'peer-failed', `payments answered ${status}`)
    return 'charged'
  }

  async function finish(id: string, state: OrderState): Promise<void> {
    await database.query(`update orders set state = $2 where id = $1 and state = 'pending'`, [id, state])
  }

  return async function place(idempotencyKey: string, request: OrderRequest, caller: Record<string, string> = {}): Promise<PlacedOrder> {
    const totalCents = request.items.reduce((sum, item) => sum + item.priceCents * item.quantity, 0)
    const id = randomUUID()
    const { rowCount } = await database.query(
      `insert into orders (id, idempotency_key, customer, items, total_cents, state) values ($1, $2, $3, $4, $5, 'pending')
       on conflict (idempotency_key) do nothing`,
      [id, idempotencyKey, request.customer, JSON.stringify(request.items), totalCents],
    )
    if (!rowCount) return earlier(database, idempotencyKey)

    try {
      const items = request.items.map(({ sku, quantity }) => ({ sku, quantity }))
      const { status } = await inventory.call('POST', '/reservations', { json: { orderId: id, items }, headers: caller })
      if (status === 409) {
        await finish(id, 'sold-out')
        outcomes.inc({ state: 'sold-out' })
        return { id, state: 'sold-out', totalCents }
      }
      if (status !== 201) throw new HttpError(502, 'peer-failed', `inventory answered ${status}`)

      const settle = async (client: Queryable) => {
        const charged = await charge(id, totalCents, request.card)
        if (charged === 'charged') await confirm(client, id, request, behaviour)
        return charged
      }
      const charged = behaviour.chargeInsideTransaction ? await database.transaction(settle) : await charge(id, totalCents, request.card)
      if (charged === 'declined') {
        await inventory.call('DELETE', `/reservations/${id}`)
        await finish(id, 'declined')
        outcomes.inc({ state: 'declined' })
        return { id, state: 'declined', totalCents }
      }
      if (!behaviour.chargeInsideTransaction) await database.transaction((client) => confirm(client, id, request, behaviour))
      wakeRelay()
      outcomes.inc({ state: 'confirmed' })
      return { id, state: 'confirmed', totalCents }
    } catch (error) {
      outcomes.inc({ state: 'failed' })
      log.warn({ err: error, orderId: id }, 'the order was not placed; reconciliation will undo what it left')
      throw error
    }
  }
}

/** Confirms the order and writes its message to the outbox, with the trace to continue. */
async function confirm(client: Queryable, id: string, request: OrderRequest, { message }: Behaviour): Promise<void> {
  const { rows } = await client.query<{ confirmed_at: Date }>(
    `update orders set state = 'confirmed', confirmed_at = now() where id = $1 and state = 'pending' returning confirmed_at`,
    [id],
  )
  if (!rows[0]) throw new HttpError(409, 'order-undone', `order ${id} took too long and was undone`)
  const carrier: Record<string, string> = {}
  propagation.inject(context.active(), carrier)
  const order = {
    orderId: id,
    customer: request.customer,
    items: request.items.map(({ sku, quantity }) => ({ sku, quantity })),
    confirmedAt: rows[0].confirmed_at.toISOString(),
  }
  await client.query('insert into outbox (order_id, routing_key, payload, trace_context) values ($1, $2, $3, $4)', [
    id,
    names.confirmedKey,
    JSON.stringify(message?.(order) ?? order),
    JSON.stringify(carrier),
  ])
}

/** The same key means the same order: the first outcome stands. */
async function earlier(database: Database, idempotencyKey: string): Promise<PlacedOrder> {
  const { rows } = await database.query<PlacedOrder>(
    'select id, state, total_cents as "totalCents" from orders where idempotency_key = $1',
    [idempotencyKey],
  )
  if (!rows[0]) throw new HttpError(409, 'order-unknown', 'an order with this key is being placed: ask again')
  return rows[0]
}
