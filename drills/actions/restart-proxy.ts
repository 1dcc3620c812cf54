import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { proxyOf, serviceName } from '../../model/components.ts'

export const restartProxy = defineAction({
  id: 'restart-proxy',
  title: 'Restart the proxy of a service',
  description: 'All connections of the service, to it and from it, are closed and made anew. The service itself runs on.',
  kind: 'change',
  caution: 'Requests under way fail, and for a moment nobody reaches the service.',
  params: z.object({ service: serviceName }),
  async run({ range }, { service }) {
    await range.processes.restart(proxyOf(service))
    return { summary: `the proxy of ${service} was restarted` }
  },
})
