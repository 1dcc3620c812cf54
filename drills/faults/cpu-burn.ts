import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  /** Threads that compute without pause. */
  threads: z.number().int().min(1).max(16).default(4),
})

/** A report that somebody runs by hand on the shop's host, in the middle of the day. */
export const cpuBurn = defineFault({
  id: 'cpu-burn',
  title: 'A job that eats the CPU',
  effect: 'Everything on the host is slow',
  category: 'process',
  params,
  ...jobFault<z.output<typeof params>>('sales-report', ({ threads }) => ({ THREADS: String(threads) })),
})
