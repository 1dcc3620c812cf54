import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { isRecord } from '../../model/json.ts'
import { serviceOfHost } from '../../model/mesh.ts'
import { checked } from '../../model/outside.ts'
import { documentsOf } from '../../model/yaml/read.ts'

/** The part of a mesh resource that is shown. */
const policySchema = z.object({
  kind: z.string(),
  spec: z.object({
    host: z.string().optional(),
    hosts: z.array(z.string()).optional(),
    trafficPolicy: z.unknown().optional(),
    http: z.array(z.record(z.string(), z.unknown())).optional(),
  }),
})

export const inspectMesh = defineAction({
  id: 'inspect-mesh',
  title: 'Show the mesh policy of a service',
  description: 'How the proxies of its callers route, retry, limit and secure calls to a service, and who last changed the policy.',
  kind: 'inspect',
  params: z.object({ to: serviceName.describe('Service that is called') }),
  looksAt: ({ to }) => ({ view: 'mesh', component: to, detail: `the mesh policy of ${to}` }),
  async run({ range }, { to }) {
    const documents = documentsOf(await range.mesh.policy()).map((document) =>
      checked(policySchema, document.toJS(), 'the policy of the mesh'),
    )
    const last = (await range.mesh.history()).at(-1)
    const about = documents.filter(({ spec }) => [...(spec.hosts ?? []), spec.host ?? ''].some((host) => serviceOfHost(host) === to))
    const rows = about.flatMap((policy) =>
      policy.kind === 'VirtualService'
        ? (policy.spec.http ?? []).map((route, index) => ({ kind: `VirtualService, route ${index + 1}`, ...flat(route) }))
        : [{ kind: policy.kind, ...flat(policy.spec.trafficPolicy) }],
    )
    const changed = last && last.revision > 0 ? `revision ${last.revision}, by ${last.by} at ${last.at}` : 'as it was at the beginning'
    return { summary: `the mesh policy of ${to}; the whole policy is ${changed}`, rows }
  },
})

const flat = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).map(([key, part]) => [key, typeof part === 'string' ? part : JSON.stringify(part)]),
  )
