import type { ServiceName } from '../../model/components.ts'
import { ofKind, type Resource } from './resources.ts'

export type PeerMode = Resource<'PeerAuthentication'>['spec']['mtls']['mode']

/** How a service lets others in: the policy that names it, else that of the namespace, else whatever comes. */
export function peerMode(service: ServiceName, resources: readonly Resource[]): PeerMode {
  // Users have no certificates: theirs is the one door that is open to all.
  if (service === 'gateway') return 'DISABLE'
  const policies = ofKind(resources, 'PeerAuthentication')
  const own = policies.find(({ spec }) => spec.selector?.matchLabels === service)
  return (own ?? policies.find(({ spec }) => spec.selector === undefined))?.spec.mtls.mode ?? 'PERMISSIVE'
}
