import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.describe('Service that is called'),
  maxRequests: z.number().int().min(1).max(10_000).default(1).describe('Requests that each caller may have in progress at a time'),
})

/** A circuit breaker that opens at normal load. */
export const tightBreaker = defineFault({
  id: 'tight-breaker',
  title: 'A circuit breaker set too tight',
  effect: 'Calls to a service are rejected at low concurrency, although it has capacity',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to, maxRequests }) =>
    editPolicy(yaml, 'DestinationRule', to, (document) =>
      document.setIn(['spec', 'trafficPolicy', 'connectionPool', 'http', 'http2MaxRequests'], maxRequests),
    ),
  ),
})
