import { provenMilestones, type TimedVerdict } from '../../drills/milestones.ts'
import type { CurrentDrill } from './current.ts'

const keptVerdicts = 30

/** The milestones of the drill that runs. */
export class Milestones {
  readonly #drill: CurrentDrill
  #verdicts: TimedVerdict[] = []

  constructor(drill: CurrentDrill) {
    this.#drill = drill
  }

  /** For another drill: what was seen before it proves nothing. */
  forget(): void {
    this.#verdicts = []
  }

  /** Keeps a verdict on the range for some seconds: some milestones take as long to be proven. */
  keep(verdict: TimedVerdict): void {
    this.#verdicts = [...this.#verdicts, verdict].slice(-keptVerdicts)
  }

  /** Notes those that are proven by now. */
  reach(): void {
    const state = this.#drill.running()
    if (state?.phase !== 'running') return
    for (const proof of provenMilestones(state, this.#drill.events, this.#verdicts, this.#drill.played(state)))
      this.#drill.append({ type: 'milestone-reached', ...proof })
  }
}
