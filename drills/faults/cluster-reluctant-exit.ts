import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { poll } from '../../model/until.ts'
import { clusterEdit, clusterOf } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods do not stop before the shop answers'),
  path: z
    .string()
    .regex(/^\/[a-z0-9/?=&-]*$/)
    .max(100)
    .default('/api/products')
    .describe('Path that their hook requests from the gateway'),
  seconds: z.number().int().min(60).max(3_600).default(1_500).describe('How long they may take to stop, in seconds'),
})
/** How long a hook may need to notice that the shop answers, and its pod to stop then. */
const leavingMs = 20_000

const stayUntilAnswered = (url: string) =>
  `const ask = () => fetch('${url}', { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)
const stay = async () => { await new Promise((go) => setTimeout(go, 2000)); if (!(await ask())) await stay() }
stay()`

const edited = clusterEdit<z.output<typeof params>>(({ service, path, seconds }) => [
  {
    kind: 'Deployment',
    name: service,
    patch: {
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: seconds,
            containers: [
              {
                name: service,
                lifecycle: {
                  preStop: {
                    sleep: null,
                    exec: { command: ['/usr/local/bin/node', '-e', stayUntilAnswered(`http://gateway:8080${path}`)] },
                  },
                },
              },
            ],
          },
        },
      },
    },
  },
])

/** A hook keeps the pods of a service from stopping before the shop answers. In a rolling update it does at once, so nobody notices. */
export const clusterReluctantExit = defineFault({
  id: 'cluster-reluctant-exit',
  title: 'Pods that stop only while the shop answers',
  effect: 'None until a pod has to stop before its successor starts: then it stays, in state Terminating',
  category: 'cluster',
  params,
  ...edited,
  plan: async (context, given) => ({ service: given.service, refs: await edited.plan(context, given) }),
  async revert(context, { service, refs }) {
    await edited.revert(context, refs)
    const cluster = clusterOf(context.range)
    if (await poll(leavingMs, async () => !(await isStopping(cluster, service)), 500)) return
    // Where a sidecar stops together with its service, the hook cannot reach the shop any more.
    await cluster.deletePods(service)
    await edited.revert(context, refs)
  },
})

const isStopping = async (cluster: NonNullable<Range['cluster']>, service: string): Promise<boolean> =>
  (await cluster.pods()).some(({ app, phase }) => app === service && phase === 'Terminating')
