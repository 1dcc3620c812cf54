import type { ServiceName } from '../../model/components.ts'
import { ofKind, type Resource } from './resources.ts'
import { servicePort } from './schema.ts'

export type PeerMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE'

/** How a service lets others in: what its policy says of its port, else of it, else that of the namespace, else whatever comes. What is unset is inherited. */
export function peerMode(service: ServiceName, resources: readonly Resource[]): PeerMode {
  // Users have no certificates: theirs is the one door that is open to all.
  if (service === 'gateway') return 'DISABLE'
  const policies = ofKind(resources, 'PeerAuthentication')
  const own = policies.find(({ spec }) => spec.selector?.matchLabels === service)
  const all = policies.find(({ spec }) => spec.selector === undefined)
  const modes = [own?.spec.portLevelMtls?.[servicePort]?.mode, own?.spec.mtls?.mode, all?.spec.mtls?.mode]
  return modes.find((mode): mode is PeerMode => mode !== undefined && mode !== 'UNSET') ?? 'PERMISSIVE'
}
