import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const listCertificates = defineAction({
  id: 'list-certificates',
  title: 'List certificates of the mesh',
  description: 'The certificate that each proxy presents: the name in it, its issuer, and until when it is valid.',
  kind: 'inspect',
  params: z.object({}),
  async run({ range }) {
    const identities = await range.mesh.identities()
    const refused = identities.filter(({ verified }) => !verified).length
    return {
      summary: `${identities.length} certificates, ${refused === 0 ? 'all of them accepted' : `${refused} of them not accepted by others`}`,
      rows: identities.map(({ service, spiffeId, issuer, serial, notBefore, notAfter, verified }) => ({
        service,
        identity: spiffeId,
        issuer,
        serial: serial.slice(-8),
        from: notBefore,
        until: notAfter,
        accepted: verified,
      })),
    }
  },
})
