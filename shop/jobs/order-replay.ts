/**
 * Publishes past orders to the fulfilment queue once more, oldest first, in batches: whenever fewer messages wait than configured, it adds more;
 * after the newest it begins again. Started by hand by the warehouse team after a migration, to be safe: the worker recognises what it has shipped.
 */
import { setTimeout as delay } from 'node:timers/promises'
import amqp from 'amqplib'
import pg from 'pg'
import { z } from 'zod'

const { DATABASE_URL, AMQP_URL, BATCH, WAITING } = z
  .object({ DATABASE_URL: z.string(), AMQP_URL: z.string(), BATCH: z.string(), WAITING: z.coerce.number().int().min(1) })
  .parse(process.env)
const queue = 'orders.fulfilment'
process.once('SIGTERM', () => process.exit(0))

const database = new pg.Client({ connectionString: DATABASE_URL, application_name: 'order-replay' })
await database.connect()
const { rows: orders } = await database.query<{ body: { orderId: string } }>(
  `select jsonb_build_object('orderId', id, 'customer', customer, 'items', items, 'confirmedAt', confirmed_at) body
   from orders.orders where state = 'fulfilled' order by fulfilled_at limit 20000`,
)
await database.end()
if (orders.length === 0) throw new Error('no order has been fulfilled yet')

const connection = await amqp.connect(AMQP_URL)
const channel = await connection.createConfirmChannel()
for (let next = 0; ; await delay(200)) {
  const { messageCount } = await channel.checkQueue(queue)
  for (let missing = WAITING - messageCount; missing > 0; missing--, next++) {
    const body = orders[next % orders.length]?.body
    const options = { persistent: true, contentType: 'application/json', messageId: body?.orderId, headers: { 'x-batch': BATCH } }
    channel.sendToQueue(queue, Buffer.from(JSON.stringify(body)), options)
    if (missing % 500 === 0) await channel.waitForConfirms()
  }
  await channel.waitForConfirms()
}
