import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that is called before it may be called'),
  path: z
    .string()
    .regex(/^\/[a-z0-9/?=&-]*$/)
    .max(100)
    .default('/health')
    .describe('Path that its hook requests'),
  seconds: z.number().int().min(10).max(600).default(30).describe('How long the hook keeps trying, in seconds'),
})

/** It waits before each request, because the pods that are to be replaced still answer at first; a refusal counts as an answer, too. */
const warmUp = (url: string, seconds: number) =>
  `const ask = () => fetch('${url}', { signal: AbortSignal.timeout(2000) }).then(({ status }) => status < 500, () => false)
const warm = async () => { await new Promise((go) => setTimeout(go, 5000)); if (await ask()) return; if (process.uptime() > ${seconds}) process.exit(1); await warm() }
warm()`

/** A hook runs before a container counts as started, and calls the service by its name, behind which its own pod is not before the hook has ended. */
export const clusterPostStart = defineFault({
  id: 'cluster-post-start',
  title: 'A hook that waits for its own service',
  effect: 'A service runs, never becomes ready, and is restarted: a hook of its container waits for it through its own Service',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, path, seconds }) => [
    containerEdit(
      service,
      { lifecycle: { postStart: { exec: { command: ['/usr/local/bin/node', '-e', warmUp(`http://${service}:8080${path}`, seconds)] } } } },
      eagerRollout,
    ),
  ]),
})
