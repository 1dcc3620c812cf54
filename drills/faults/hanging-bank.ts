import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { bankFault } from '../bank.ts'

const params = z.object({
  percent: z.number().min(0.1).max(100).default(8).describe('Share of the calls that are not answered, in percent'),
})

/** The third party behind payments accepts some calls and does not answer them for a minute. */
export const hangingBank = defineFault({
  id: 'hanging-bank',
  title: 'A payment provider that hangs',
  effect: 'Some charges are not answered for a minute, at a party that nobody here can restart',
  category: 'config',
  params,
  ...bankFault<z.output<typeof params>>('hang_percent', ({ percent }) => percent),
})
