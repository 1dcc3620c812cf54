import { z } from 'zod'
import type { V1ConfigMap } from '@kubernetes/client-node'
import { componentName, serviceName } from '../../../model/components.ts'
import { edgeFault, meshEdge } from '../../../model/mesh.ts'
import { manifestKinds } from '../../../model/range.ts'
import { deployment, meshRevision } from '../../../model/range/schemas.ts'
import type { RangeContext } from '../../context.ts'
import { turns } from '../../in-turn.ts'
import { baselineRelease } from '../../releases.ts'
import type { Cluster } from './cluster.ts'

const schema = z.object({
  deployments: z.array(deployment).default([]),
  overrides: z.partialRecord(serviceName, z.record(z.string(), z.string())).default({}),
  revisions: z.array(meshRevision).default([]),
  faults: z.array(meshEdge.extend({ fault: edgeFault })).default([]),
  /** Changes that the manifests do not have. */
  edits: z.array(z.object({ kind: z.enum(manifestKinds), name: componentName, patch: z.record(z.string(), z.unknown()) })).default([]),
  /** Services whose database password is not the range's own. */
  rotated: z.array(serviceName).default([]),
  quota: z.number().int().nullable().default(null),
  /** Stopped components, and how they were stopped: nothing else starts them. */
  held: z.partialRecord(componentName, z.enum(['stopped', 'killed', 'suspended'])).default({}),
})
type ShopState = z.infer<typeof schema>

const header = (namespace: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'agent-state', namespace } })

/** The state of a cluster's agent; null if there is none yet. */
export async function readState(cluster: Cluster): Promise<ShopState | null> {
  const found = await cluster.read<V1ConfigMap>(header(cluster.namespace))
  return found && schema.parse(JSON.parse(found.data?.['state'] ?? '{}'))
}

/** The release and settings of each service, by the agent's state. */
export const deployedBy =
  (state: Pick<ShopState, 'deployments' | 'overrides'>, root: string): RangeContext['deployed'] =>
  (service) => ({
    version: state.deployments.findLast((deployment) => deployment.service === service)?.version ?? baselineRelease(root, service),
    overrides: state.overrides[service] ?? {},
  })

/** The agent's state, which must survive its pod: stored in a ConfigMap, and written before it takes effect. */
export class StateMap {
  readonly #cluster: Cluster
  readonly #inTurn = turns()
  #now: ShopState

  private constructor(cluster: Cluster, now: ShopState) {
    this.#cluster = cluster
    this.#now = now
  }

  static async open(cluster: Cluster): Promise<StateMap> {
    return new StateMap(cluster, (await readState(cluster)) ?? schema.parse({}))
  }

  get now(): Readonly<ShopState> {
    return this.#now
  }

  /** One change at a time: each is based on the result of the previous one. */
  change(changes: (now: Readonly<ShopState>) => Partial<ShopState>): Promise<void> {
    return this.#inTurn(async () => {
      const next = { ...this.#now, ...changes(this.#now) }
      await this.#cluster.apply({ ...header(this.#cluster.namespace), data: { state: JSON.stringify(next) } })
      this.#now = next
    })
  }
}
