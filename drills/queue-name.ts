import { z } from 'zod'

/** The shop's queues, as its own code declares them. */
export const queueName = z.enum(['orders.fulfilment', 'orders.fulfilment.dead', 'orders.fulfilled'])
