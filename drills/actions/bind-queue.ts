import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { queueName } from '../queue-name.ts'

export const bindQueue = defineAction({
  id: 'bind-queue',
  title: 'Bind a queue',
  description: 'Routes the messages of an exchange that carry a key to a queue. "Look at the broker" shows the routes there are.',
  kind: 'change',
  params: z.object({
    queue: queueName.describe('Queue that gets the messages'),
    exchange: z.enum(['orders', 'orders.dead']).default('orders').describe('Exchange that they come from'),
    key: z.string().max(80).default('order.confirmed').describe('Routing key that they carry'),
  }),
  async run({ range }, { queue, exchange, key }) {
    await range.queue.bind({ queue, exchange, key })
    return { summary: `${exchange} (${key}) → ${queue}` }
  },
})
