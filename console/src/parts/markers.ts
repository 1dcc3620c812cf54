import { useMemo } from 'react'
import type { DrillEvent } from '../../../model/drill.ts'
import { isService } from '../../../model/components.ts'
import { useChanges, useDrillEvents, useDrills } from '../lib/data.ts'
import type { Marker } from './marker-labels.ts'

/** Pages and actions of a drill. */
export const markersOf = (events: readonly DrillEvent[]): Marker[] =>
  events.flatMap((event): Marker[] => {
    if (event.type === 'page-received') return [{ at: event.at / 1_000, label: event.alert.name, kind: 'alert' }]
    if (event.type === 'action-run' && event.kind === 'change') return [{ at: event.at / 1_000, label: event.title, kind: 'action' }]
    if (event.type === 'command-run' && event.kind === 'change' && event.status === 0)
      return [{ at: event.at / 1_000, label: event.command.slice(0, 60), kind: 'action' }]
    return []
  })

/** Markers for graphs: deploys and changes of feature flags (on a service's dashboard, only its own), and the pages and actions of the running drill. */
export function useMarkers(dashboard: string): Marker[] {
  const changes = useChanges().data
  const running = useDrills().data?.running ?? ''
  const inDrill = useDrillEvents(running, markersOf)
  return useMemo(() => {
    const deploys = (changes?.deployments ?? [])
      .filter((deployment) => !isService(dashboard) || deployment.service === dashboard)
      .map(({ service, version, at, canary }): Marker => ({
        at: Date.parse(at) / 1_000,
        label: canary ? `${service} ${version}: canary ${canary}` : `${service} ${version}`,
        kind: 'deploy',
      }))
    const flags = (changes?.flags ?? [])
      .filter((change) => !isService(dashboard) || change.service === dashboard)
      .map(({ flag, to, at }): Marker => ({ at: Date.parse(at) / 1_000, label: `flag ${flag}: ${to}`, kind: 'deploy' }))
    const policies = (changes?.policies ?? []).map(({ revision, at }): Marker => ({
      at: Date.parse(at) / 1_000,
      label: `mesh policy ${revision}`,
      kind: 'deploy',
    }))
    return [...deploys, ...flags, ...policies, ...(inDrill ?? [])]
  }, [changes, inDrill, dashboard])
}
