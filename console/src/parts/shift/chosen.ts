import { useSearchParams } from 'react-router'
import type { ToldDrill } from '../../../../model/drill.ts'
import type { IncidentView } from '../../lib/data.ts'
import { putParams } from '../../lib/params.ts'

export interface Chosen {
  /** The incident of a shift that is worked on; null before the first page, and in a drill that is no shift. */
  incident: IncidentView | null
  choose: (number: number) => void
}

/** Which incident is worked on: the one in the address, or else the open one that paged first. */
export function useChosen(incidents: readonly IncidentView[]): Chosen {
  const [params, setParams] = useSearchParams()
  const asked = Number(params.get('incident'))
  const [waiting] = incidents.filter(({ over }) => !over).toSorted((a, b) => (a.pagedAt ?? Infinity) - (b.pagedAt ?? Infinity))
  return {
    incident: incidents.find(({ number }) => number === asked) ?? waiting ?? incidents.at(-1) ?? null,
    choose: (number) => putParams(setParams, { incident: String(number) }, { replace: true }),
  }
}

/** The clock of an incident, by which its milestones are measured: it stops in the pauses of its shift. */
export const clockOf = ({ pauses }: Pick<ToldDrill, 'pauses'>, { startedAt }: Pick<IncidentView, 'startedAt'>) => ({
  startedAt,
  pauses: pauses.filter(({ from }) => from >= startedAt),
  skips: [],
})

/** The incident whose page fires under this name. */
export const incidentOfPage = (incidents: readonly IncidentView[], name: string): IncidentView | undefined =>
  incidents.findLast(({ pages }) => pages.some((page) => page.firing && page.name === name))

export const isFiring = ({ pages }: IncidentView): boolean => pages.some(({ firing }) => firing)
