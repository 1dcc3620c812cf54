import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Dashboard } from '../../../model/dashboard.ts'
import type { Actor, DrillEvent, DrillState, StatusUpdateKind } from '../../../model/drill.ts'
import type { Deployment } from '../../../model/range.ts'
import type { MilestoneName } from '../../../model/scenario.ts'
import type { ShiftCard } from '../../../model/shift.ts'
import { api, get } from './api.ts'

export interface Alert {
  fingerprint: string
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  status: { state: 'active' | 'suppressed' | 'unprocessed'; silencedBy: string[]; inhibitedBy: string[] }
}

/** An incident of a shift that has paged. */
export interface IncidentView {
  /** In the order of the pages, from 1. */
  number: number
  /** What it was; null while that is to be found out. */
  title: string | null
  pagedAt: number | null
  /** What has paged, newest first. */
  pages: { name: string; summary: string; firing: boolean }[]
  milestones: Record<MilestoneName, number | null>
  /** Of its own clock, in milliseconds since the epoch. */
  startedAt: number
  pars: Record<string, number>
  hints: number
  wrongCauses: number
  /** Everything about it is done. */
  over: boolean
}

/** One that only the instructor is told of has not paged yet. */
export type AnyIncident = Omit<IncidentView, 'number'> & { number: number | null }
export const pagedOf = (incidents: readonly AnyIncident[]): IncidentView[] =>
  incidents.flatMap(({ number, ...incident }) => (number === null ? [] : [{ ...incident, number }]))

export interface DrillView {
  drill: DrillState
  title: string
  story: string
  runbooks: string[]
  pars: Record<string, number>
  /** Of a shift; of any other drill, none. */
  incidents: AnyIncident[]
  events: DrillEvent[]
}

export const useScenarios = () => useQuery({ queryKey: ['scenarios'], queryFn: () => api.get('/api/scenarios') })
export const useShifts = () => useQuery({ queryKey: ['shifts'], queryFn: () => get<{ shifts: ShiftCard[] }>('/api/shifts') })
export const useDrills = () =>
  useQuery({ queryKey: ['drills'], queryFn: () => get<{ drills: DrillState[]; running: string | null }>('/api/drills') })
const drillQuery = (id: string) => ({
  queryKey: ['drill', id],
  queryFn: () => get<DrillView>(`/api/drills/${id}`),
  enabled: id !== '',
})
export const useDrill = (id: string) => useQuery(drillQuery(id))
/** What is made of a drill's events; nothing is drawn again by an event that does not change it. `select` must stay the same. */
export const useDrillEvents = <Made>(id: string, select: (events: readonly DrillEvent[]) => Made) =>
  useQuery({ ...drillQuery(id), select: useCallback(({ events }: DrillView) => select(events), [select]) }).data
/** Whether it says that something is wrong now; the Watchdog always fires, and says that alerting works. */
export const isFiring = ({ status, labels }: Alert): boolean => status.state === 'active' && labels['severity'] !== 'none'
/** The component at which it was seen. */
export const componentOf = ({ labels }: Pick<Alert, 'labels'>): string | undefined => labels['component'] ?? labels['service']
export const useAlerts = () => useQuery({ queryKey: ['alerts'], queryFn: () => get<Alert[]>('/api/alerts'), refetchInterval: 2_000 })
export const useChanges = () =>
  useQuery({
    queryKey: ['changes'],
    queryFn: () => get<{ deployments: Deployment[]; policies: { revision: number; at: string; by: string }[] }>('/api/changes'),
    refetchInterval: 5_000,
  })
export const useDashboards = () =>
  useQuery({ queryKey: ['dashboards'], queryFn: () => get<{ dashboards: Dashboard[] }>('/api/dashboards'), staleTime: Infinity })

/** Whether the shop is in a cluster: that does not change while a console is open. */
export const useInCluster = () =>
  useQuery({
    queryKey: ['in-cluster'],
    queryFn: async () => (await get<{ cluster: boolean }>('/api/range')).cluster,
    staleTime: Infinity,
  })

/** What the team sees of a game day. */
export interface GameDay {
  id: string
  title: string
  mode: 'learning' | 'assessment'
  of: number
  plannedAt: number
  endedAt: number | null
  people: Actor[]
  drills: { drill: string; title: string; phase: DrillState['phase'] }[]
}
export interface OpenGameDay extends GameDay {
  running: string | null
  talk: { at: number; by?: Actor; text: string; status: StatusUpdateKind | null }[]
}
export const useGameDay = () =>
  useQuery({
    queryKey: ['game-day'],
    queryFn: () => get<{ gameDay: OpenGameDay | null; me: Actor | null }>('/api/game-day'),
    refetchInterval: 2_000,
  })

/** What users are promised of a journey. */
export interface ServiceLevel {
  journey: string
  kind: 'availability' | 'latency'
  bad: string
  objective: number
  alert: string
  title: string
}
/** What is promised, and at which pace of breaking it somebody is told. */
export interface Slos {
  levels: ServiceLevel[]
  burn: { long: string; short: string; factor: number; severity: string }[]
}
export const useSlos = () => useQuery({ queryKey: ['slos'], queryFn: () => get<Slos>('/api/slos'), staleTime: Infinity })
/** By which a page comes: its windows and its factor. */
export const pagingBurn = (slos: Slos | undefined) => slos?.burn.find(({ severity }) => severity === 'page')
