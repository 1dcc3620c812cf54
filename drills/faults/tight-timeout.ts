import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.describe('Service that is called'),
  timeoutMs: z.number().int().min(1).max(600_000).describe("Time after which its callers' proxies answer instead, in milliseconds"),
})

/** A timeout on all calls to a service: too short for some of them, or exactly what protects its callers. */
export const tightTimeout = defineFault({
  id: 'tight-timeout',
  title: 'A timeout set too short',
  effect: 'Calls to a service time out before it answers',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to, timeoutMs }) =>
    editPolicy(yaml, 'VirtualService', to, (document) => document.setIn(['spec', 'http', 0, 'timeout'], `${timeoutMs}ms`)),
  ),
})
