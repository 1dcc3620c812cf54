import { nextMilestone, type ToldDrill } from '../model/drill.ts'
import { milestoneNames, type HintRung, type MilestoneName, type Scenario } from '../model/scenario.ts'
import { numbersFrom } from '../model/seeded.ts'

/** How a simulated trainee plays: times are shares of the par of a step. */
export interface Persona {
  name: string
  /** Median time of a step without help, in pars; with Infinity, never without help. */
  pace: number
  /** Its spread, as the standard deviation of its logarithm. */
  spread: number
  /** Share of the work that is left after a hint of each rung. */
  leftAfter: Record<HintRung, number>
  /** Seconds between two actions. */
  actsEvery: number
  /** Gives up after this many pars without progress, until the next hint. */
  givesUpAfter: number
  /** Requests for help per minute. */
  asksPerMinute: number
  /** Probability that an action is to name a wrong cause. */
  wrong: number
}

const usual = { leftAfter: { orient: 0.75, point: 0.45, tell: 0.12 }, spread: 0.3, actsEvery: 12, givesUpAfter: Infinity, wrong: 0 }

export const personas: readonly Persona[] = [
  { ...usual, name: 'expert', pace: 0.3, asksPerMinute: 0 },
  { ...usual, name: 'steady', pace: 0.8, asksPerMinute: 0 },
  { ...usual, name: 'novice', pace: 2.5, asksPerMinute: 0.1, wrong: 0.02 },
  { ...usual, name: 'wanderer', pace: 6, asksPerMinute: 0, actsEvery: 6 },
  { ...usual, name: 'trial and error', pace: 5, asksPerMinute: 0, actsEvery: 8, wrong: 0.25 },
  { ...usual, name: 'gives up', pace: Infinity, asksPerMinute: 0, givesUpAfter: 0.8, leftAfter: { orient: 1, point: 1, tell: 0.15 } },
  { ...usual, name: 'hint gamer', pace: 3, asksPerMinute: 30, actsEvery: 300 },
]

export function personaNamed(name: string): Persona {
  const found = personas.find((persona) => persona.name === name)
  if (!found) throw new Error(`there is no persona '${name}'`)
  return found
}

/** The help that a simulated trainee gets: the coach's, only on request, or none. */
export const helps = ['coach', 'button', 'none'] as const
export type Help = (typeof helps)[number]

/** What a simulated trainee does in a second: completes the current step, does something else, or asks for help. */
export type Doing = { kind: 'step'; milestone: MilestoneName } | { kind: 'look' } | { kind: 'wrong-cause' } | { kind: 'ask' }

/** A simulated trainee, from a seed: how long each step takes, what happens meanwhile, and how much a hint helps. */
export class Trainee {
  readonly #scenario: Scenario
  readonly #persona: Persona
  readonly #random: () => number
  readonly #needs: Record<MilestoneName, number>
  #worked = 0
  #at: MilestoneName | null = null
  #heard = 0

  constructor(scenario: Scenario, persona: Persona, seed: number) {
    this.#scenario = scenario
    this.#persona = persona
    this.#random = numbersFrom(seed)
    const needs = milestoneNames.map((name) => [name, this.#workFor(name)])
    // Safe: made from every name.
    this.#needs = Object.fromEntries(needs) as Record<MilestoneName, number>
  }

  /** The actions in the `tickMs` that end now, for this state of the drill. */
  tick(state: ToldDrill, now: number, tickMs: number): Doing[] {
    const milestone = nextMilestone(state)
    if (state.pagedAt === null || milestone === null) return []
    if (milestone !== this.#at) {
      this.#at = milestone
      this.#worked = 0
    }
    this.#hear(state)
    const doing: Doing[] = []
    if (!this.#hasGivenUp(state, milestone, now)) {
      this.#worked += tickMs
      if (this.#random() < tickMs / 1_000 / this.#persona.actsEvery)
        doing.push({ kind: this.#random() < this.#persona.wrong ? 'wrong-cause' : 'look' })
      if (this.#worked >= this.#needs[milestone]) doing.push({ kind: 'step', milestone })
    }
    if (this.#random() < (this.#persona.asksPerMinute * tickMs) / 60_000) doing.push({ kind: 'ask' })
    return doing
  }

  /** The remaining work after the hints since then; a persona that would never succeed alone works off what the last rung leaves of par. */
  #hear(state: ToldDrill): void {
    for (const { milestone, rung } of state.hints.slice(this.#heard)) {
      const worked = milestone === this.#at ? this.#worked : 0
      const left = this.#persona.leftAfter[rung]
      const need = this.#needs[milestone]
      if (Number.isFinite(need)) this.#needs[milestone] = worked + Math.max(0, need - worked) * left
      else if (left < 1) this.#needs[milestone] = worked + this.#parOf(milestone) * left
    }
    this.#heard = state.hints.length
  }

  #workFor(name: MilestoneName): number {
    const random = this.#random
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return this.#parOf(name) * this.#persona.pace * Math.exp(this.#persona.spread * normal)
  }

  #parOf(name: MilestoneName): number {
    const before = milestoneNames[milestoneNames.indexOf(name) - 1]
    return this.#scenario.milestones[name].par - (before ? this.#scenario.milestones[before].par : 0)
  }

  #hasGivenUp(state: ToldDrill, name: MilestoneName, now: number): boolean {
    const reached = Object.values(state.milestones).filter((at) => at !== null)
    const encouragedAt = Math.max(state.pagedAt ?? 0, ...reached, ...state.hints.map((hint) => hint.at))
    return now - encouragedAt > this.#persona.givesUpAfter * this.#parOf(name)
  }
}
