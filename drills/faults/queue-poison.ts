import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { batchHeader, batchWaiting, fulfilmentQueue, removeBatch } from '../queue-batch.ts'

/** Publishes messages that the worker cannot handle: orders from an importer that leaves out what was ordered. */
export const queuePoison = defineFault({
  id: 'queue-poison',
  title: 'A poison message',
  effect: 'The worker meets a message that it can never handle',
  category: 'queue',
  params: z.object({ count: z.number().int().min(1).max(20).default(1).describe('Messages that are published') }),
  plan: async () => ({ batch: `import-${randomUUID().slice(0, 8)}` }),
  async inject({ range }, { count }, { batch }) {
    if ((await batchWaiting(range, batch)) > 0) return
    for (let n = 0; n < count; n++) {
      const order = { orderId: randomUUID(), customer: 'partner-import', items: null, confirmedAt: new Date().toISOString() }
      await range.queue.publish(fulfilmentQueue, JSON.stringify(order), { [batchHeader]: batch })
    }
  },
  revert: ({ range }, { batch }) => removeBatch(range, batch),
  observe: ({ range }) => batchWaiting(range, null),
})
