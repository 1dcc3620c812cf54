import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

export const synchroniseClock = defineAction({
  id: 'synchronise-clock',
  title: 'Synchronise a clock',
  description: 'Sets the clock of a service to the time of the host, in one step and without a restart. `chronyc makestep`',
  kind: 'change',
  needs: ['clocks'],
  params: z.object({ service: serviceName.describe('Service whose clock is set') }),
  async run({ range }, { service }) {
    await range.processes.setClock(service, 0)
    return { summary: `the clock of ${service} is synchronised` }
  },
})
