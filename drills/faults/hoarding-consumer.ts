import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  queue: z
    .enum(['orders.fulfilment', 'orders.fulfilled'])
    .default('orders.fulfilment')
    .describe('The queue of the worker, or the one that tells what was shipped'),
})

/** A program that only wants to inspect messages takes them from a queue, without a prefetch limit, and never acknowledges them. */
export const hoardingConsumer = defineFault({
  id: 'hoarding-consumer',
  title: 'A consumer that keeps what it takes',
  effect: 'A part of the messages is neither handled nor lost, and the queue looks empty',
  category: 'queue',
  params,
  ...jobFault<z.output<typeof params>>('queue-tap', ({ queue }) => [{ env: { TAPPED_QUEUE: queue } }]),
})
