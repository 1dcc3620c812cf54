import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  atOnce: z.number().int().min(1).max(200).default(20).describe('Products changed each second, the most popular ones in turn'),
})

/** Prices are changed in the database, bypassing the service that owns them: its cache stays unchanged. */
export const pricesByHand = defineFault({
  id: 'prices-by-hand',
  title: 'Prices are changed in the database',
  effect: 'The shop goes on showing prices that were changed in the database',
  category: 'cache',
  params,
  ...jobFault<z.output<typeof params>>('price-correction', ({ atOnce }) => [{ env: { AT_ONCE: String(atOnce) } }]),
})
