import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

export const issueCertificate = defineAction({
  id: 'issue-certificate',
  title: 'Issue a certificate',
  description: "Gives a service's proxy a new certificate of the mesh's authority; new connections use it.",
  kind: 'change',
  params: z.object({ service: serviceName.describe('Service whose proxy gets the certificate') }),
  async run({ range }, { service }) {
    const { notAfter } = await range.mesh.issueIdentity(service)
    return { summary: `${service} has a new certificate, good until ${notAfter}` }
  },
})
