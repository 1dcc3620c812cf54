import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'

export const rollBack = defineAction({
  id: 'roll-back',
  title: 'Roll back a service',
  description: 'Deploys the release that ran before the present one.',
  kind: 'change',
  params: z.object({ service: serviceName.describe('Service to roll back') }),
  async run({ range, by }, { service }) {
    const current = await range.releases.current(service)
    const last = (await range.releases.history()).findLast(
      (deployment) => deployment.service === service && deployment.version === current && !deployment.canary,
    )
    const known = range.releases.list(service).map((release) => release.version)
    const before = last?.previous ?? known[known.indexOf(current) - 1]
    if (!before) throw new FiredrillError('conflict', `${service} has no release before ${current}`)
    await range.releases.deploy(service, before, by)
    return { summary: `${service} was rolled back from ${current} to ${before}` }
  },
})
