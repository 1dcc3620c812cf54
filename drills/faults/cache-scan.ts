import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({
  rounds: z.number().int().min(1).max(10_000).default(60).describe('How often one run reads each key; meanwhile Redis answers nobody else'),
  pauseMs: z.number().int().min(10).max(60_000).default(300).describe('Pause between two runs, in milliseconds'),
})

/** A script that runs inside Redis and reads every key: all other clients wait until it is done. */
export const cacheScan = defineFault({
  id: 'cache-scan',
  title: 'A script blocks Redis',
  effect: 'The cache answers in bursts, with pauses in which nobody is answered',
  category: 'cache',
  params,
  ...jobFault<z.output<typeof params>>('cache-statistics', ({ rounds, pauseMs }) => [
    { env: { ROUNDS: String(rounds), PAUSE_MS: String(pauseMs) } },
  ]),
})
