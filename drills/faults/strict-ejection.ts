import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.describe('Service that is called'),
  seconds: z.number().int().min(1).max(3_600).default(300).describe('Time for which an instance that failed once is ejected, in seconds'),
})

/** An instance that fails once is ejected for a long time, even if no other is left. It does nothing until something fails. */
export const strictEjection = defineFault({
  id: 'strict-ejection',
  title: 'An ejection without mercy',
  effect: 'Nothing, until one call to a service fails: then that caller stops calling it for minutes',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to, seconds }) =>
    editPolicy(yaml, 'DestinationRule', to, (document) =>
      document.setIn(
        ['spec', 'trafficPolicy', 'outlierDetection'],
        document.createNode({ consecutive5xxErrors: 1, interval: '1s', baseEjectionTime: `${seconds}s`, maxEjectionPercent: 100 }),
      ),
    ),
  ),
})
