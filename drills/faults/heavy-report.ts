import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  workers: z.number().int().min(1).max(30).default(6).describe('Database sessions that compute without pause'),
})

/** A report that makes the database compute for minutes: it locks nothing, but takes the CPU that others need. */
export const heavyReport = defineFault({
  id: 'heavy-report',
  title: 'A report that eats the database',
  effect: 'Every statement of everybody takes longer',
  category: 'database',
  params,
  ...jobFault<z.output<typeof params>>('customer-segments', ({ workers }) => [{ env: { WORKERS: String(workers) } }]),
})
