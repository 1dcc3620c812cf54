import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { bankFault } from '../bank.ts'

const params = z.object({
  latencyMs: z.number().int().min(1).max(60_000).describe('Median time of a charge, in milliseconds'),
})

/** The third party behind payments takes longer than usual. */
export const slowBank = defineFault({
  id: 'slow-bank',
  title: 'A slow payment provider',
  effect: 'Every charge takes longer, at a party that nobody here can restart',
  category: 'config',
  params,
  ...bankFault<z.output<typeof params>>('latency_ms', ({ latencyMs }) => latencyMs),
})
