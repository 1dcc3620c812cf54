import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { documentsOf } from '../../model/yaml/read.ts'
import { editable, textOf } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  from: serviceName.describe('Service whose calls are refused'),
  to: serviceName.describe('Service that refuses them'),
})

const identityOf = (service: string): string => `cluster.local/ns/shop/sa/${service}`
const principals = ['spec', 'rules', 0, 'from', 0, 'source', 'principals']

/**
 * The list of permitted callers of a service has a future name of one caller: its calls are refused by the proxy, although its certificate is fine.
 */
export const meshDenied = defineFault({
  id: 'mesh-denied',
  title: 'A caller that is not on the list',
  effect: 'Every call of one service to another is answered 403 before it arrives; other callers are let in',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { from, to }) =>
    textOf(
      documentsOf(yaml).map((document) => {
        if (document.get('kind') !== 'AuthorizationPolicy' || document.getIn(['metadata', 'name']) !== to) return document
        const edited = editable(document)
        const listed = (edited.toJS() as { spec: { rules: { from: { source: { principals: string[] } }[] }[] } }).spec.rules[0]?.from[0]
        const at = listed?.source.principals.indexOf(identityOf(from)) ?? -1
        if (at >= 0) edited.setIn([...principals, at], `${identityOf(from)}-service`)
        return edited
      }),
    ),
  ),
})
