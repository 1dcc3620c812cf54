import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { queueName } from '../queue-name.ts'

export const purgeQueue = defineAction({
  id: 'purge-queue',
  title: 'Purge a queue',
  description: 'Deletes every message that waits in a queue.',
  kind: 'change',
  caution: 'The messages are lost: each may be an order that a customer has paid for.',
  params: z.object({ queue: queueName.describe('Queue whose messages are deleted') }),
  async run({ range }, { queue }) {
    return { summary: `${await range.queue.purge(queue)} messages of ${queue} were deleted` }
  },
})
