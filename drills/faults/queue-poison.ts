import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { QueueMessage, Range } from '../../model/range.ts'

const main = 'orders.fulfilment'
/** Wherever such a message may be: waiting, set aside for another try, or set aside for good. */
const places = [main, ...[500, 2_000, 8_000].map((delayMs) => `orders.fulfilment.retry.${delayMs}ms`), 'orders.fulfilment.dead']

/** Publishes messages that the worker cannot handle: orders from an importer that leaves out what was ordered. */
export const queuePoison = defineFault({
  id: 'queue-poison',
  title: 'A poison message',
  effect: 'The worker meets a message that it can never handle',
  category: 'queue',
  params: z.object({ count: z.number().int().min(1).max(20).default(1) }),
  plan: async () => ({ batch: `import-${randomUUID().slice(0, 8)}` }),
  async inject({ range }, { count }, { batch }) {
    if ((await inQueues(range, batch)) > 0) return
    for (let n = 0; n < count; n++) {
      const order = { orderId: randomUUID(), customer: 'partner-import', items: null, confirmedAt: new Date().toISOString() }
      await range.queue.publish(main, JSON.stringify(order), { 'x-batch': batch })
    }
  },
  async revert({ range }, { batch }) {
    const giveUpAt = Date.now() + 8_000
    // A worker may have it in hand, or be waiting to try it again: look until it has not been seen for a while.
    for (let unseenSince = Date.now(); Date.now() - unseenSince < 1_500;) {
      for (const queue of places) {
        const removed = await range.queue.move(queue, null, 500, (message) => message.headers['x-batch'] === batch)
        if (removed > 0) unseenSince = Date.now()
      }
      if (Date.now() > giveUpAt) break
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  },
  observe: async ({ range }) => {
    const counts = await Promise.all(places.map(async (queue) => poisoned(await range.queue.peek(queue, 100))))
    return counts.reduce((sum, count) => sum + count, 0)
  },
})

const poisoned = (messages: QueueMessage[]) => messages.filter((message) => 'x-batch' in message.headers).length

async function inQueues(range: Range, batch: string): Promise<number> {
  const found = await Promise.all(places.map((queue) => range.queue.peek(queue, 100)))
  return found.flat().filter((message) => message.headers['x-batch'] === batch).length
}
