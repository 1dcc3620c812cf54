import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

export const deploy = defineAction({
  id: 'deploy',
  title: 'Deploy a release',
  description: 'Deploys the named release of a service.',
  kind: 'change',
  params: z.object({
    service: serviceName.describe('Service to deploy'),
    version: z.string().max(20).describe('Release, as "List releases" shows it'),
  }),
  async run({ range, by }, { service, version }) {
    const { previous } = await range.releases.deploy(service, version, by)
    return { summary: `${service} ${version} was deployed in place of ${previous}` }
  },
})
