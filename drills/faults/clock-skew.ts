import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { isWrong } from '../clocks.ts'

/** A service is restarted on a clock that is ahead or behind. Timers and measured durations stay right, as on a host whose clock was set wrongly. */
export const clockSkew = defineFault({
  id: 'clock-skew',
  title: 'A clock that is wrong',
  effect: 'What a service signs, judges or logs has the wrong time, although it runs and is quick',
  category: 'process',
  needs: () => ['clocks'],
  params: z.object({
    service: serviceName.describe('Service whose clock is wrong'),
    offsetSeconds: z
      .number()
      .int()
      .min(-86_400)
      .max(86_400)
      .default(-300)
      .describe('By how much it is ahead, in seconds; negative is behind'),
  }),
  plan: async (_context, { service }) => ({ service }),
  inject: ({ range }, { service, offsetSeconds }) => range.processes.setClock(service, offsetSeconds),
  revert: ({ range }, { service }) => range.processes.setClock(service, 0),
  observe: async ({ range }, { service }) => (await range.processes.clocks()).some((clock) => clock.service === service && isWrong(clock)),
})
