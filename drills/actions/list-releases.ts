import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

export const listReleases = defineAction({
  id: 'list-releases',
  title: 'List releases',
  description: 'The releases of a service with their changelog, and which one runs.',
  kind: 'inspect',
  params: z.object({ service: serviceName.describe('Service whose releases are listed') }),
  looksAt: ({ service }) => ({ view: 'deploys', component: service, detail: `the releases of ${service}` }),
  async run({ range }, { service }) {
    const current = await range.releases.current(service)
    const canary = await range.releases.canary()
    const beside = canary?.service === service ? canary.version : null
    const rows = range.releases.list(service).map((release) => ({
      ...release,
      running: release.version === current ? 'yes' : release.version === beside ? 'as a canary' : '',
    }))
    return { summary: `${service} runs ${current}${beside ? `, and ${beside} as a canary` : ''}`, rows }
  },
})
