import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({})

/** A program that should have been retired still takes messages from the worker's queue, and does not process them as the worker would. */
export const secondConsumer = defineFault({
  id: 'second-consumer',
  title: 'Another consumer takes the messages',
  effect: 'A part of the orders is never shipped, and nothing fails',
  category: 'queue',
  params,
  ...jobFault<z.output<typeof params>>('legacy-packing', () => [{ env: {} }]),
})
