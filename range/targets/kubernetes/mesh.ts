import { serviceNames } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { EdgeFault, MeshEdge, MeshRevision } from '../../../model/mesh.ts'
import { checked } from '../../../model/outside.ts'
import type { Range } from '../../../model/range.ts'
import { documentsOf } from '../../../model/yaml/read.ts'
import { turns } from '../../in-turn.ts'
import { httpEdges } from '../../mesh/edges.ts'
import { fraction, seconds } from '../../mesh/envoy/json.ts'
import { failing } from '../../mesh/envoy/routes.ts'
import { baselinePolicy } from '../../mesh/files.ts'
import { readForeignPolicy, readPolicy } from '../../mesh/policy-reader.ts'
import { withoutServersOwn } from '../../mesh/resources.ts'
import type { Cluster } from './cluster.ts'
import type { StateMap } from './state.ts'
import { namespace } from './names.ts'
import { mustBeUnchanged } from '../../unchanged.ts'
import { anyObject } from './manifest.ts'
import { unavailable } from './unavailable.ts'

const kinds = [
  ['networking.istio.io/v1', 'VirtualService'],
  ['networking.istio.io/v1', 'DestinationRule'],
  ['security.istio.io/v1', 'PeerAuthentication'],
  ['security.istio.io/v1', 'AuthorizationPolicy'],
] as const

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
}

/** The mesh of a cluster: Istio itself applies the policy; faults on edges act at the callee's sidecar, as at the local proxies. */
export function clusterMesh({ cluster, state, root }: Options): Range['mesh'] {
  /** One change at a time: each is based on the result of the previous one. */
  const inTurn = turns()
  const policy = () => state.now.revisions.at(-1)?.yaml ?? baselinePolicy(root)

  /** Applies each resource, and deletes those of the previous policy that are no longer in it. */
  async function carryOut(yaml: string): Promise<void> {
    const wanted = new Set<string>()
    for (const document of documentsOf(yaml)) {
      const resource = checked(anyObject, document.toJS(), 'the policy of the mesh', 'internal')
      wanted.add(`${resource.kind}/${resource.metadata.name}`)
      const own = withoutServersOwn<{ kind: string; metadata: { name: string } }>(resource)
      await cluster.apply({ ...own, metadata: { ...own.metadata, namespace } })
    }
    for (const [apiVersion, kind] of kinds) {
      for (const name of await cluster.names(apiVersion, kind)) {
        if (name.endsWith('-observer') || wanted.has(`${kind}/${name}`)) continue
        await cluster.remove({ apiVersion, kind, metadata: { name, namespace } })
      }
    }
  }

  return {
    policy: async () => policy(),
    baseline: () => baselinePolicy(root),
    history: async () => [{ revision: 0, at: '', by: 'firedrill', yaml: baselinePolicy(root) }, ...state.now.revisions],
    check: async (yaml) => void (await readForeignPolicy(yaml)),
    apply: (yaml, by, ifIs) =>
      inTurn(async () => {
        readPolicy(yaml)
        mustBeUnchanged('policy of the mesh', policy(), ifIs)
        const last = state.now.revisions.at(-1)
        if (yaml === policy()) return last ?? { revision: 0, at: '', by: 'firedrill', yaml }
        const made: MeshRevision = { revision: (last?.revision ?? 0) + 1, at: new Date().toISOString(), by, yaml }
        await carryOut(yaml)
        await state.change(({ revisions }) => ({ revisions: [...revisions, made].slice(-30) }))
        return made
      }),
    reset: () =>
      inTurn(async () => {
        if (state.now.revisions.length === 0) return
        await carryOut(baselinePolicy(root))
        await state.change(() => ({ revisions: [] }))
      }),

    instance: async (service) => (await cluster.pods(service))[0]?.metadata?.name ?? '',
    faults: async () => state.now.faults,
    faultOn: async ({ from, to }) => state.now.faults.find((known) => known.from === from && known.to === to)?.fault ?? null,
    setFault: ({ from, to }, fault) =>
      inTurn(async () => {
        if (!httpEdges.some((edge) => edge.from === from && edge.to === to))
          throw new FiredrillError('bad-request', `${from} does not call ${to}`)
        const others = state.now.faults.filter((known) => known.from !== from || known.to !== to)
        const faults = fault === null ? others : [...others, { from, to, fault }]
        await state.change(() => ({ faults }))
        const atCallee = faults.filter((known) => known.to === to)
        if (atCallee.length > 0) await cluster.apply(envoyFilter(to, atCallee))
        else await cluster.remove(filterHeader(to))
      }),

    cacheFault: async () => null,
    async setCacheFault(fault) {
      if (fault !== null) unavailable('a slow cache')
    },

    identities: async () =>
      serviceNames.map((service) => ({
        service,
        spiffeId: `spiffe://cluster.local/ns/${namespace}/sa/${service}`,
        issuer: 'istiod',
        serial: '',
        notBefore: '',
        notAfter: '',
        verified: true,
      })),
    rotateDue: async () => unavailable('the renewal of certificates, which are Istio’s,'),
    issueIdentity: async () => unavailable('another certificate than Istio’s'),
  }
}

const filterHeader = (to: string) => ({
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'EnvoyFilter',
  metadata: { name: `fault-at-${to}`, namespace },
})

/**
 * Envoy's fault filter, once for each caller, before the router of the callee's sidecar. The caller is identified by its certificate
 * (x-forwarded-client-cert, which the sidecar sets itself).
 */
function envoyFilter(to: string, faults: readonly (MeshEdge & { fault: EdgeFault })[]): object {
  return {
    ...filterHeader(to),
    spec: {
      workloadSelector: { labels: { app: to } },
      configPatches: faults.map(({ from, fault }) => ({
        applyTo: 'HTTP_FILTER',
        match: {
          context: 'SIDECAR_INBOUND',
          listener: {
            filterChain: {
              filter: { name: 'envoy.filters.network.http_connection_manager', subFilter: { name: 'envoy.filters.http.router' } },
            },
          },
        },
        patch: { operation: 'INSERT_BEFORE', value: { name: `firedrill.fault.${from}`, typed_config: httpFault(from, fault) } },
      })),
    },
  }
}

function httpFault(from: string, { delay, header, ...others }: EdgeFault): object {
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
    headers: [
      { name: 'x-forwarded-client-cert', string_match: { contains: `/ns/${namespace}/sa/${from}` } },
      ...(header ? [{ name: header.name, string_match: { exact: header.value } }] : []),
    ],
    ...(delay ? { delay: { fixed_delay: seconds(delay.fixedDelayMs), percentage: fraction(delay.percent) } } : {}),
    ...failing(others),
  }
}
