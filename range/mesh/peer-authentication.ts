import type { ServiceName } from '../../model/components.ts'
import { ofKind, type Resource } from './resources.ts'
import { servicePort } from './schema.ts'

export type PeerMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE'

/**
 * Which connections a service accepts: the setting of its policy for the port, else that for the service, else that of the namespace, else all. Unset
 * values are inherited.
 */
export function peerMode(service: ServiceName, resources: readonly Resource[]): PeerMode {
  // Users have no certificates, so the gateway accepts everything.
  if (service === 'gateway') return 'DISABLE'
  const policies = ofKind(resources, 'PeerAuthentication')
  const own = policies.find(({ spec }) => spec.selector?.matchLabels === service)
  const all = policies.find(({ spec }) => spec.selector === undefined)
  const modes = [own?.spec.portLevelMtls?.[servicePort]?.mode, own?.spec.mtls?.mode, all?.spec.mtls?.mode]
  return modes.find((mode): mode is PeerMode => mode !== undefined && mode !== 'UNSET') ?? 'PERMISSIVE'
}
