import type { DrillEvent, DrillState } from '../../model/drill.ts'
import type { Scenario, Urgency } from '../../model/scenario.ts'
import { inOrderOfBeginning, type Shift } from '../../model/shift.ts'
import { handoversIn } from '../../people/handover.ts'
import { penalties, scoreDrill } from '../scoring.ts'
import { incidentsOf, type IncidentDrill } from './incidents.ts'
import { triageOf } from './triage.ts'
import type { Score, TriageFinding } from '../../model/debrief.ts'

/** Parts of a shift's hundred points: the rest is the mean of its incidents' scores. */
export const shiftWeights = { triage: 15, handover: 5 }

interface ScoredIncident {
  /** In the order in which they begin, from 1. */
  place: number
  scenario: string
  title: string
  urgency: Urgency
  /** Why it was as urgent as that. */
  why: string
  /** Null for one that did not begin. */
  drill: IncidentDrill | null
  /** A slow burn that was fixed while it was a ticket, so that it never began. */
  forestalled: boolean
  score: Score
}

interface ShiftScore {
  total: number
  incidents: ScoredIncident[]
  triage: { points: number; of: number; findings: TriageFinding[] }
  handover: { points: number; of: number; detail: string }
}

const nothing: Score = { total: 0, assisted: false, lines: [] }
/** All points, minus those for actions that made the ticket worse. */
const forestalledScore = (harmfulActions: number): Score => ({
  ...nothing,
  total: Math.max(0, 100 - harmfulActions * penalties.harmfulAction),
})

/** Scores a shift from its events alone: each incident as a drill of its own, the order in which they were handled, and the handover. */
export function scoreShift(state: DrillState, events: readonly DrillEvent[], shift: Shift, played: Scenario): ShiftScore {
  const all = incidentsOf(played.incidents ?? [], events)
  const planned = inOrderOfBeginning(shift)
  const forestalled = new Map(all.forestalled.map(({ place, harmfulActions }) => [place, harmfulActions]))
  const incidents = (played.incidents ?? []).map(({ place, scenario, urgency }, index): ScoredIncident => {
    const drill = all.at(place) ?? null
    const { why = '' } = planned[index] ?? {}
    const harmful = forestalled.get(place)
    const early = harmful === undefined ? nothing : forestalledScore(harmful)
    const score = drill ? scoreDrill({ ...drill.state, mode: state.mode }, scenario) : early
    return { place, scenario: scenario.id, title: scenario.title, urgency, why, drill, forestalled: harmful !== undefined, score }
  })
  const came = incidents.filter((incident) => incident.drill !== null || incident.forestalled)
  // Ending the shift early leaves the remaining incidents to somebody else.
  const counted = state.outcome === 'given-up' ? incidents : came
  const mean = counted.length === 0 ? 0 : counted.reduce((sum, { score }) => sum + score.total, 0) / counted.length
  const chosen = incidents.flatMap(({ drill, ...incident }) => (drill ? [{ ...incident, drill }] : []))
  const findings = triageOf(chosen, events, played)
  const found = findings.length === 0 ? 1 : findings.reduce((sum, finding) => sum + finding.share, 0) / findings.length
  // A trainee who left before anything came has made no choice, even if noise was left alone.
  const share = came.length > 0 ? found : 0
  const isHandedOver = handoversIn(events).length > 0
  const triage = { points: Math.round(shiftWeights.triage * share), of: shiftWeights.triage, findings }
  const handover = {
    points: isHandedOver ? shiftWeights.handover : 0,
    of: shiftWeights.handover,
    detail: isHandedOver ? 'a note for the next shift was written' : 'nobody wrote a note for the next shift',
  }
  const rest = 100 - shiftWeights.triage - shiftWeights.handover
  return { total: Math.round((mean * rest) / 100) + triage.points + handover.points, incidents, triage, handover }
}
