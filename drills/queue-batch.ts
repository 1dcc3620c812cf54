import { setTimeout as delay } from 'node:timers/promises'
import type { Range } from '../model/range.ts'
import { confirmedBinding } from './queue-name.ts'

export const fulfilmentQueue = confirmedBinding.queue
/** Queues where a message for the worker may be: waiting, delayed for a retry, or dead-lettered. */
const places = [
  fulfilmentQueue,
  ...[500, 2_000, 8_000].map((delayMs) => `${fulfilmentQueue}.retry.${delayMs}ms`),
  `${fulfilmentQueue}.dead`,
]

/** The header that marks messages published by a drill, so that they can be found and removed. */
export const batchHeader = 'x-batch'

/** Messages of a batch (null: of any) at the heads of the worker's queues: among the first hundred of each. */
export async function batchWaiting(range: Range, batch: string | null): Promise<number> {
  const found = await Promise.all(places.map((queue) => range.queue.peek(queue, 100)))
  return found.flat().filter(({ headers }) => (batch === null ? batchHeader in headers : headers[batchHeader] === batch)).length
}

/** Removes a batch. A worker may hold some, or they may wait for a retry: repeats until none has been seen for a while. */
export async function removeBatch(range: Range, batch: string): Promise<void> {
  const giveUpAt = Date.now() + 8_000
  for (let unseenSince = Date.now(); Date.now() - unseenSince < 1_500;) {
    for (const queue of places) {
      const removed = await range.queue.move(queue, null, 500, ({ headers }) => headers[batchHeader] === batch)
      if (removed > 0) unseenSince = Date.now()
    }
    if (Date.now() > giveUpAt) break
    await delay(120)
  }
}
