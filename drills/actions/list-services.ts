import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listServices = defineAction({
  id: 'list-services',
  title: 'List Services',
  description:
    'Which pods each Service selects, to which port it forwards, and how many ready pods are behind it. `kubectl -n shop get services -o wide`, and `get endpointslices`',
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const services = await clusterOf(range).services()
    return {
      summary: `${services.length} Services, ${services.filter(({ endpoints }) => endpoints === 0).length} of them with no ready pod`,
      rows: services.map((service) => ({ ...service })),
    }
  },
})
