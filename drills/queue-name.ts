import { z } from 'zod'
import type { Binding } from '../model/range.ts'

/** The shop's queues, as its own code declares them. */
export const queueName = z.enum(['orders.fulfilment', 'orders.fulfilment.dead', 'orders.fulfilled'])

/** The route by which confirmed orders come to the worker. */
export const confirmedBinding: Binding = { exchange: 'orders', queue: 'orders.fulfilment', key: 'order.confirmed' }
