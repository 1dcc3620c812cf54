import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { proxyOf, serviceName } from '../../model/components.ts'

export const restartProxy = defineAction({
  id: 'restart-proxy',
  title: 'Restart the proxy of a service',
  description: 'All connections of the service, to it and from it, are closed and opened again. The service itself keeps running.',
  kind: 'change',
  caution: 'Requests in progress fail, and for a moment the service cannot be reached.',
  params: z.object({ service: serviceName.describe('Service whose proxy is restarted') }),
  async run({ range }, { service }) {
    await range.processes.restart(proxyOf(service))
    return { summary: `the proxy of ${service} was restarted` }
  },
})
