import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  everySeconds: z.number().min(0.5).max(3_600).default(5).describe('Time from one flush to the next, in seconds'),
})

/** An import that empties the whole cache after each of its batches. */
export const redisFlush = defineFault({
  id: 'redis-flush',
  title: 'The cache is emptied again and again',
  effect: 'Every page is loaded from the database',
  category: 'cache',
  params,
  ...jobFault<z.output<typeof params>>('price-import', ({ everySeconds }) => [{ env: { BATCH_SECONDS: String(everySeconds) } }]),
})
