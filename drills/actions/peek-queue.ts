import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { queueName } from '../queue-name.ts'

export const peekQueue = defineAction({
  id: 'peek-queue',
  title: 'Look into a queue',
  description: 'How many messages wait, how many consumers there are, and the first few messages, without consuming them.',
  kind: 'inspect',
  params: z.object({
    queue: queueName.describe('Queue to look into'),
    limit: z.coerce.number().int().min(1).max(20).default(5).describe('Messages to show'),
  }),
  looksAt: ({ queue }) => ({ view: 'queue', component: 'rabbitmq', detail: `the queue ${queue}` }),
  async run({ range }, { queue, limit }) {
    const status = await range.queue.status(queue)
    const messages = await range.queue.peek(queue, limit)
    return {
      summary: `${queue}: ${status.ready} ready, ${status.consumers} consumers`,
      rows: messages.map((message) => ({
        message: message.messageId ?? '',
        redelivered: message.redelivered ? 'yes' : '',
        headers: JSON.stringify(message.headers),
        body: message.body.slice(0, 300),
      })),
    }
  },
})
