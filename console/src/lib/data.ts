import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { DrillEvent } from '../../../model/drill.ts'
import type { AnswerOf } from '../../../model/client.ts'
import { api } from './api.ts'

export type Alert = AnswerOf<'GET /api/alerts'>[number]

/** An incident of a shift that has paged. */
export type IncidentView = AnyIncident & { number: number }

/** An incident that only the instructor sees has not paged yet, and has no number. */
export type AnyIncident = DrillView['incidents'][number]
export const pagedOf = (incidents: readonly AnyIncident[]): IncidentView[] =>
  incidents.flatMap(({ number, ...incident }) => (number === null ? [] : [{ ...incident, number }]))

export type DrillView = AnswerOf<'GET /api/drills/:id'>

export const useScenarios = () => useQuery({ queryKey: ['scenarios'], queryFn: () => api.get('/api/scenarios') })
export const useShifts = () => useQuery({ queryKey: ['shifts'], queryFn: () => api.get('/api/shifts') })
export const useDrills = () => useQuery({ queryKey: ['drills'], queryFn: () => api.get('/api/drills') })
const drillQuery = (id: string) => ({
  queryKey: ['drill', id],
  queryFn: () => api.get('/api/drills/:id', { id }),
  enabled: id !== '',
})
export const useDrill = (id: string) => useQuery(drillQuery(id))
/** Data derived from a drill's events; an event that does not change the result causes no re-render. `select` must be stable. */
export const useDrillEvents = <Made>(id: string, select: (events: readonly DrillEvent[]) => Made) =>
  useQuery({ ...drillQuery(id), select: useCallback(({ events }: DrillView) => select(events), [select]) }).data
/** Whether an alert reports a problem now; the Watchdog always fires, and says that alerting works. */
export const isFiring = ({ status, labels }: Alert): boolean => status.state === 'active' && labels['severity'] !== 'none'
/** The component that the alert is about. */
export const componentOf = ({ labels }: Pick<Alert, 'labels'>): string | undefined => labels['component'] ?? labels['service']
export const useAlerts = () => useQuery({ queryKey: ['alerts'], queryFn: () => api.get('/api/alerts'), refetchInterval: 2_000 })
export const useChanges = () =>
  useQuery({
    queryKey: ['changes'],
    queryFn: () => api.get('/api/changes'),
    refetchInterval: 5_000,
  })
export const useDashboards = () => useQuery({ queryKey: ['dashboards'], queryFn: () => api.get('/api/dashboards'), staleTime: Infinity })

/** Whether the shop is in a cluster, which does not change while a console is open. */
export const useInCluster = () =>
  useQuery({
    queryKey: ['in-cluster'],
    queryFn: async () => (await api.get('/api/range')).cluster,
    staleTime: Infinity,
  })

export const useGameDay = () =>
  useQuery({
    queryKey: ['game-day'],
    queryFn: () => api.get('/api/game-day'),
    refetchInterval: 2_000,
  })

/** Objectives, and their alerts. */
type Slos = AnswerOf<'GET /api/slos'>
/** The objective for a journey. */
export type ServiceLevel = Slos['levels'][number]
export const useSlos = () => useQuery({ queryKey: ['slos'], queryFn: () => api.get('/api/slos'), staleTime: Infinity })
/** A burn-rate alert: its windows and its factor. */
export const pagingBurn = (slos: Slos | undefined) => slos?.burn.find(({ severity }) => severity === 'page')
