import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.describe('Service that is called'),
  attempts: z.number().int().min(1).max(10).default(10).describe('How often a call is retried'),
  perTryTimeoutMs: z.number().int().min(10).max(60_000).default(250).describe('Timeout of one try, in milliseconds'),
})

/** Callers retry after any failure, soon, often, and without a budget. */
export const looseRetries = defineFault({
  id: 'loose-retries',
  title: 'Retries without a limit',
  effect: 'Nothing, until a service is slow for a moment: then the calls to it multiply',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to, attempts, perTryTimeoutMs }) => {
    const retried = editPolicy(yaml, 'VirtualService', to, (document) => {
      document.setIn(
        ['spec', 'http', 0, 'retries'],
        document.createNode({ attempts, perTryTimeout: `${perTryTimeoutMs}ms`, retryOn: '5xx,reset,connect-failure' }),
      )
    })
    return editPolicy(retried, 'DestinationRule', to, (document) => void document.deleteIn(['spec', 'trafficPolicy', 'retryBudget']))
  }),
})
