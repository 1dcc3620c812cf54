import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { editPolicy } from '../mesh-policy.ts'

export const setMeshRetries = defineAction({
  id: 'set-mesh-retries',
  title: 'Set retries of calls to a service',
  description: 'How often the proxies of its callers retry a failed call, and the timeout of one try. 0 attempts: never.',
  kind: 'change',
  caution: 'Each retry adds a call to a service that may already have too many, and a call that changes something may run twice.',
  params: z.object({
    to: serviceName.describe('Service that is called'),
    attempts: z.number().int().min(0).max(10).describe('How often a failed call is retried; 0 for never'),
    retryOn: z.string().max(200).default('connect-failure,refused-stream,503').describe("Conditions (Istio's retryOn), comma-separated"),
    perTryTimeoutMs: z.number().int().min(0).max(60_000).default(0).describe('Timeout of one try, in milliseconds; 0 for none'),
  }),
  async run({ range, by }, { to, attempts, retryOn, perTryTimeoutMs }) {
    const yaml = editPolicy(await range.mesh.policy(), 'VirtualService', to, (document) => {
      const retries = {
        attempts,
        ...(attempts > 0 ? { retryOn, ...(perTryTimeoutMs > 0 ? { perTryTimeout: `${perTryTimeoutMs}ms` } : {}) } : {}),
      }
      document.setIn(['spec', 'http', 0, 'retries'], document.createNode(retries))
    })
    await range.mesh.apply(yaml, by)
    return {
      summary: attempts === 0 ? `calls to ${to} are not retried` : `calls to ${to} are retried up to ${attempts} times on ${retryOn}`,
    }
  },
})
