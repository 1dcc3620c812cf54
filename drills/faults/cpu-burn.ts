import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  threads: z.number().int().min(1).max(16).default(4).describe('Threads of one process that compute without pause'),
  /**
   * Or processes for each core of the host, 96 in total at most; 0 for the threads. If Linux shares its CPU between sessions first
   * (`sched_autogroup`), one process weighs as much as one service, however many threads it has, and several weigh as much as several services.
   */
  processesPerCore: z.number().int().min(0).max(24).default(0).describe('Processes for each core instead; 0 for the threads'),
  /**
   * This many processes for each core of another one, started from a shell of the monitoring and so with its precedence: they starve that as well.
   */
  besideMonitoring: z.number().int().min(0).max(24).default(0).describe('More processes per core, with the precedence of the monitoring'),
})

/** A report that somebody runs by hand on the shop's host, in the middle of the day. */
export const cpuBurn = defineFault({
  id: 'cpu-burn',
  title: 'A job that eats the CPU',
  effect: 'Everything on the host is slow',
  category: 'process',
  // In a cluster it is a Job without a CPU request: the kernel gives it the least of all pods.
  needs: () => ['shared-cpu'],
  params,
  ...jobFault<z.output<typeof params>>('sales-report', ({ threads, processesPerCore, besideMonitoring }) => {
    const run = (perCore: number) => ({ THREADS: String(threads), PROCESSES_PER_CORE: String(perCore) })
    return [{ env: run(processesPerCore) }, ...(besideMonitoring > 0 ? [{ env: run(besideMonitoring), tier: 'watch' as const }] : [])]
  }),
})
