import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { editPolicy } from '../mesh-policy.ts'

export const setMeshTimeout = defineAction({
  id: 'set-mesh-timeout',
  title: 'Set the timeout of calls to a service',
  description: 'After this, the proxies of its callers answer 504 in its place. 0: no timeout.',
  kind: 'change',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    to: serviceName.describe('Service that is called'),
    timeoutMs: z.number().int().min(0).max(600_000).describe('Timeout of a call, in milliseconds; 0 for none')
  }),
  async run({ range, by }, { to, timeoutMs }) {
    const yaml = editPolicy(await range.mesh.policy(), 'VirtualService', to, (document) => {
      if (timeoutMs === 0) document.deleteIn(['spec', 'http', 0, 'timeout'])
      else document.setIn(['spec', 'http', 0, 'timeout'], `${timeoutMs}ms`)
    })
    await range.mesh.apply(yaml, by)
    return { summary: timeoutMs === 0 ? `calls to ${to} have no timeout in the mesh` : `calls to ${to} time out after ${timeoutMs} ms` }
  },
})
