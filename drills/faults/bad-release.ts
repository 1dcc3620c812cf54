import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'

/** Deploys another release of a service, like the delivery pipeline: recorded, and visible on graphs. */
export const badRelease = defineFault({
  id: 'bad-release',
  title: 'Deploy a bad release',
  effect: 'A service runs other code, with the flaw that its release brought',
  category: 'release',
  params: z.object({ service: serviceName.describe('Service to deploy'), version: z.string().describe('Release, such as 1.5.0') }),
  plan: async ({ range }, { service, version }) => ({ service, version, before: await range.releases.current(service) }),
  async inject({ range }, { service, version }) {
    await range.releases.deploy(service, version, 'delivery pipeline')
  },
  async revert({ range }, { service, version, before }) {
    // Somebody has deployed another release meanwhile, which is kept.
    if ((await range.releases.current(service)) === version) await range.releases.deploy(service, before, 'firedrill')
  },
  observe: ({ range }, { service }) => range.releases.current(service),
})
