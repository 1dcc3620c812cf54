import type { CanaryService } from '../model/components.ts'
import type { Canary, Range } from '../model/range.ts'
import { editPolicy } from './mesh-policy.ts'

/** The policy that sends a share of the calls to a service (0–100) to its canary, and the rest to the main release. */
export function splitTraffic(yaml: string, { service, version }: Canary, stable: string, percent: number): string {
  const withSubsets = editPolicy(yaml, 'DestinationRule', service, (document) =>
    document.setIn(
      ['spec', 'subsets'],
      document.createNode([
        { name: 'stable', labels: { version: stable } },
        { name: 'canary', labels: { version } },
      ]),
    ),
  )
  return editPolicy(withSubsets, 'VirtualService', service, (document) =>
    document.setIn(
      ['spec', 'http', 0, 'route'],
      document.createNode([
        { destination: { host: service, subset: 'stable' }, weight: 100 - percent },
        { destination: { host: service, subset: 'canary' }, weight: percent },
      ]),
    ),
  )
}

/** The policy that sends every call to a service to any of its instances. */
export function joinTraffic(yaml: string, service: CanaryService): string {
  const route = editPolicy(yaml, 'VirtualService', service, (document) =>
    document.setIn(['spec', 'http', 0, 'route'], document.createNode([{ destination: { host: service } }])),
  )
  return editPolicy(route, 'DestinationRule', service, (document) => void document.deleteIn(['spec', 'subsets']))
}

/** Starts a canary without calls, then sends it its share; or changes the share of the existing one. */
export async function giveCanary(range: Range, canary: Canary, percent: number, by: string): Promise<void> {
  const stable = await range.releases.current(canary.service)
  const send = async (share: number) => range.mesh.apply(splitTraffic(await range.mesh.policy(), canary, stable, share), by)
  if ((await range.releases.canary()) === null) {
    await send(0)
    await range.releases.setCanary(canary, by)
  }
  await send(percent)
}

/** Stops calls to the canary, then stops it, so that no call fails. `policy`: the one that is active afterwards. */
export async function endCanary(range: Range, by: string, policy?: string): Promise<Canary | null> {
  const canary = await range.releases.canary()
  if (!canary) return null
  const stable = await range.releases.current(canary.service)
  await range.mesh.apply(splitTraffic(await range.mesh.policy(), canary, stable, 0), by)
  await range.releases.setCanary(null, by)
  await range.mesh.apply(policy ?? joinTraffic(await range.mesh.policy(), canary.service), by)
  return canary
}
