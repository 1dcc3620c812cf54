import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { megabytes } from '../../model/units.ts'
import { queueName } from '../queue-name.ts'

export const inspectBroker = defineAction({
  id: 'inspect-broker',
  title: 'Look at the broker',
  description: 'Memory, limit and alarms of RabbitMQ; its queues with their messages and consumers; and the routes to them.',
  kind: 'inspect',
  params: z.object({}),
  looksAt: () => ({ view: 'queue', component: 'rabbitmq', detail: 'the broker' }),
  async run({ range }) {
    const [memory, bindings, queues] = await Promise.all([
      range.queue.memory(),
      range.queue.bindings(),
      Promise.all(queueName.options.map((queue) => range.queue.status(queue))),
    ])
    return {
      summary: `uses ${megabytes(memory.usedBytes)} of ${megabytes(memory.limitBytes)}; ${memory.alarms.length > 0 ? `alarm: ${memory.alarms.join(', ')}` : 'no alarm'}`,
      rows: queues.map(({ name, ready, consumers }) => ({
        queue: name,
        ready,
        consumers,
        bound_to:
          bindings
            .filter(({ queue }) => queue === name)
            .map(({ exchange, key }) => `${exchange} (${key})`)
            .join(', ') || 'nothing',
      })),
    }
  },
})
