import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const replayDeadLetters = defineAction({
  id: 'replay-dead-letters',
  title: 'Replay dead letters',
  description: 'Moves what was set aside back to the fulfilment queue, to be processed again.',
  kind: 'change',
  caution: 'A message that can never be handled will fail again.',
  params: z.object({}),
  async run({ range }) {
    const moved = await range.queue.move('orders.fulfilment.dead', 'orders.fulfilment', 500)
    return { summary: `${moved} messages were put back` }
  },
})
