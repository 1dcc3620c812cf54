import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { serviceOfHost } from '../../model/mesh.ts'
import { documentsOf } from '../../model/yaml/read.ts'

interface Policy {
  kind: string
  spec: {
    host?: string
    hosts?: string[]
    trafficPolicy?: unknown
    http?: { retries?: unknown; timeout?: unknown; match?: unknown; route?: unknown }[]
  }
}

export const inspectMesh = defineAction({
  id: 'inspect-mesh',
  title: 'Show the mesh policy of a service',
  description:
    'How calls to a service are routed, retried, limited and secured by the proxies of those who call it, and who changed that last.',
  kind: 'inspect',
  params: z.object({ to: serviceName.describe('Service that is called') }),
  looksAt: ({ to }) => ({ view: 'mesh', component: to, detail: `the mesh policy of ${to}` }),
  async run({ range }, { to }) {
    const documents = documentsOf(await range.mesh.policy()).map((document) => document.toJS() as Policy)
    const last = (await range.mesh.history()).at(-1)
    const about = documents.filter(({ spec }) => [...(spec.hosts ?? []), spec.host ?? ''].some((host) => serviceOfHost(host) === to))
    const rows = about.flatMap((policy) =>
      policy.kind === 'VirtualService'
        ? (policy.spec.http ?? []).map((route, index) => ({ kind: `VirtualService, route ${index + 1}`, ...flat(route) }))
        : [{ kind: policy.kind, ...flat(policy.spec.trafficPolicy) }],
    )
    const changed = last && last.revision > 0 ? `revision ${last.revision}, by ${last.by} at ${last.at}` : 'as it was at first'
    return { summary: `the mesh policy of ${to}; the whole policy is ${changed}`, rows }
  },
})

const flat = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((value ?? {}) as Record<string, unknown>).map(([key, part]) => [
      key,
      typeof part === 'string' ? part : JSON.stringify(part),
    ]),
  )
