import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({})

/** A program that only wants to look takes messages from the worker's queue, as many as it is given, and never says that it is done with them. */
export const hoardingConsumer = defineFault({
  id: 'hoarding-consumer',
  title: 'A consumer that keeps what it takes',
  effect: 'A part of the orders is neither shipped nor lost, and the queue looks empty',
  category: 'queue',
  params,
  ...jobFault<z.output<typeof params>>('queue-tap', () => [{ env: {} }]),
})
