import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

/** The broker is above its memory limit: it blocks every connection that publishes, until it is below. */
export const brokerMemoryAlarm = defineFault({
  id: 'broker-memory-alarm',
  title: "RabbitMQ's memory alarm",
  effect: 'Orders are taken, but their messages wait in the outbox',
  category: 'queue',
  params: z.object({
    /** The limit, in bytes; below the broker's own needs, the alarm stays on. */
    limitBytes: z.number().int().min(1_000_000).max(10_000_000_000).default(20_000_000).describe('Memory limit of RabbitMQ, in bytes'),
  }),
  plan: async ({ range }) => ({ before: (await range.queue.memory()).limitBytes }),
  inject: ({ range }, { limitBytes }) => range.queue.limitMemory(limitBytes),
  revert: ({ range }, { before }) => range.queue.limitMemory(before),
  observe: async ({ range }) => (await range.queue.memory()).limitBytes,
})
