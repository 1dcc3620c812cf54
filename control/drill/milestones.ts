import { provenMilestones, type TimedVerdict } from '../../drills/milestones.ts'
import { verdictOf, type Incidents } from '../../drills/shifts/incidents.ts'
import { milestoneNames } from '../../model/scenario.ts'
import type { DrillState } from '../../model/drill.ts'
import type { CurrentDrill } from './current.ts'

const keptVerdicts = 30

/** The milestones of the running drill. */
export class Milestones {
  readonly #drill: CurrentDrill
  #verdicts: TimedVerdict[] = []

  constructor(drill: CurrentDrill) {
    this.#drill = drill
  }

  /** Called for a new drill: earlier samples prove nothing. */
  forget(): void {
    this.#verdicts = []
  }

  /** Keeps the verdicts of the last seconds: some milestones need several in a row. */
  keep(verdict: TimedVerdict): void {
    this.#verdicts = [...this.#verdicts, verdict].slice(-keptVerdicts)
  }

  /** Records the milestones that are proven by now. */
  reach(): void {
    const state = this.#drill.running()
    if (state?.phase !== 'running') return
    const incidents = this.#drill.incidents()
    if (incidents) return this.#reachInShift(state, incidents)
    for (const proof of provenMilestones(state, this.#drill.events, this.#verdicts, this.#drill.played(state)))
      this.#drill.append({ type: 'milestone-reached', ...proof })
  }

  /**
   * Each incident reaches its own; the shift reaches all of its own at once, when nothing more can come: "all acknowledged" would reveal that there
   * are no others.
   */
  #reachInShift(shift: DrillState, incidents: Incidents): void {
    // Before its page, nobody can know about an incident.
    for (const { number, incident, state, events } of incidents.open) {
      if (number === null) continue
      const verdicts = this.#verdicts.map((verdict) => ({ ...verdict, ...verdictOf(incident, verdict) }))
      for (const proof of provenMilestones(state, events, verdicts, incident.scenario, this.#drill.events))
        this.#drill.append({ type: 'milestone-reached', ...proof, incident: number })
    }
    const now = this.#drill.incidents()
    const isQuiet = (this.#drill.running()?.firing ?? []).length === 0
    if (!isQuiet || !milestoneNames.every((milestone) => now?.everyReached(milestone))) return
    for (const milestone of milestoneNames)
      if (shift.milestones[milestone] === null)
        this.#drill.append({ type: 'milestone-reached', milestone, evidence: 'in every incident of the shift' })
  }
}
