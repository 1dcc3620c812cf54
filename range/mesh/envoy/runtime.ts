import type { ServiceName } from '../../../model/components.ts'
import { cacheDelaysMs } from '../../../model/mesh.ts'
import type { MeshState } from '../../context.ts'
import { tcpEdges } from '../edges.ts'
import { fromFile, typed, type Json } from './json.ts'

export const runtimeFile = 'rtds.json'

/** The runtime key that switches one delay of Redis's responses: a percentage. */
export const cacheFaultKey = (delayMs: number): string => `mesh.redis.${delayMs}ms`

/** Whether a service's proxy has runtime switches. */
export const hasRuntime = (service: ServiceName): boolean => tcpEdges.some(({ from, to }) => from === service && to === 'redis')

/** The percentage of each key; that of other delays is 0. */
export const runtimeValues = ({ cacheFault }: Pick<MeshState, 'cacheFault'>): Record<string, number> =>
  Object.fromEntries(
    cacheDelaysMs.map((delayMs) => [cacheFaultKey(delayMs), cacheFault?.delayMs === delayMs ? Math.round(cacheFault.percent) : 0]),
  )

/** The file of the runtime layer that is switched: a `DiscoveryResponse` without a version. */
export const runtimeContent = (mesh: Pick<MeshState, 'cacheFault'>): Json => ({
  resources: [typed('envoy.service.runtime.v3.Runtime', { name: 'mesh', layer: runtimeValues(mesh) })],
})

/** Runtime layers of the bootstrap: a fixed one, and one from a file. */
export const runtimeLayers = (service: ServiceName, dir: string, fixed: Json): Json[] => [
  { name: 'static', static_layer: fixed },
  ...(hasRuntime(service) ? [{ name: 'mesh', rtds_layer: { name: 'mesh', rtds_config: fromFile(dir, runtimeFile) } }] : []),
]
