import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'

const from = 'orders.fulfilment'
const to = 'orders.fulfilment.dead'

export const quarantineMessage = defineAction({
  id: 'quarantine-message',
  title: 'Set a failing message aside',
  description: 'Moves the message at the head of the fulfilment queue that has been delivered before to the dead-letter queue.',
  kind: 'change',
  params: z.object({}),
  async run({ range }) {
    // The worker holds it half of the time: look until it is back in the queue.
    const giveUpAt = Date.now() + 8_000
    do {
      let found = false
      const moved = await range.queue.move(from, to, 1, (message) => (found = message.redelivered))
      if (moved > 0) return { summary: `a message that had failed before was moved from ${from} to ${to}` }
      if (!found) await new Promise((resolve) => setTimeout(resolve, 40))
    } while (Date.now() < giveUpAt)
    throw new FiredrillError('conflict', `the message at the head of ${from} has not been delivered before: nothing was moved`)
  },
})
