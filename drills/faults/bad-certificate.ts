import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { identityFaults } from '../../model/mesh.ts'

// Laid out as its proofs cover it.
// oxfmt-ignore
const params = z.object({
  service: serviceName.describe('Service whose proxy shows the certificate'),
  flaw: z.enum(identityFaults).default('expired').describe('What is wrong with it')
})

/** A service's proxy presents a certificate that others reject: out of date, from another authority, or with another name. */
export const badCertificate = defineFault<typeof params, { service: z.output<typeof serviceName> }>({
  id: 'bad-certificate',
  title: 'A certificate that nobody accepts',
  effect: 'Nobody can connect to a service any more, nor it to others, although it runs',
  category: 'mesh',
  needs: () => ['certificates'],
  params,
  plan: async (_context, { service }) => ({ service }),
  async inject({ range }, { service, flaw }) {
    const identity = (await range.mesh.identities()).find((known) => known.service === service)
    if (identity?.verified !== false) await range.mesh.issueIdentity(service, flaw)
  },
  async revert({ range }, { service }) {
    const identity = (await range.mesh.identities()).find((known) => known.service === service)
    if (identity?.verified !== true) await range.mesh.issueIdentity(service)
  },
  observe: async ({ range }, { service }) => (await range.mesh.identities()).find((known) => known.service === service)?.verified ?? null,
})
