import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.describe('Service that is called in plaintext, and takes none'),
})

/** Callers are told to use plaintext for a service that requires mutual TLS. */
export const mtlsMismatch = defineFault({
  id: 'mtls-mismatch',
  title: 'Mutual TLS on one side only',
  effect: 'Every connection to a service is closed before a request is sent',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to }) =>
    editPolicy(yaml, 'DestinationRule', to, (document) => document.setIn(['spec', 'trafficPolicy', 'tls', 'mode'], 'DISABLE')),
  ),
})
