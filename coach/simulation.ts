import { foldDrill, nextMilestone, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { milestoneNames, type HintRung, type MilestoneName, type Scenario } from '../model/scenario.ts'
import { decide } from './policy.ts'

/** How somebody plays: times are shares of the par of a step. */
export interface Persona {
  name: string
  /** Median of how long a step takes without help, in pars; Infinity never gets there alone. */
  pace: number
  /** Spread of it, as the deviation of its logarithm. */
  spread: number
  /** Share of the work that is left after a hint of each rung. */
  leftAfter: Record<HintRung, number>
  /** Seconds between two things that he does. */
  actsEvery: number
  /** Does nothing any more after so many pars without progress, until the next hint. */
  givesUpAfter: number
  /** Asks for help so many times a minute. */
  asksPerMinute: number
  /** Chance that a thing that he does is to name a wrong cause. */
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

export type Help = 'coach' | 'button' | 'none'

export interface Played {
  completed: boolean
  tookMs: number
  hints: { milestone: MilestoneName; rung: HintRung; reason: string; at: number }[]
  events: DrillEvent[]
}

/** How a drill begins that nobody plays on a range. */
export const startOf = (scenario: Scenario, trainee: string, seed = 1): Extract<DrillEventBody, { type: 'drill-started' }> => ({
  type: 'drill-started',
  scenario: scenario.id,
  mode: 'learning',
  trainee,
  limitMs: scenario.limit,
  seed,
  usersBefore: null,
  fingerprint: '',
})

const tickMs = 1_000
const pageAtMs = 10_000

/** Plays a scenario on a clock of its own: the policy is the real one, the trainee a seeded guess at one. */
export function simulate(scenario: Scenario, persona: Persona, help: Help, seed: number): Played {
  const random = generator(seed)
  const events: DrillEvent[] = []
  const append = (at: number, body: DrillEventBody) => events.push({ ...body, id: events.length + 1, drill: 'simulated', at })
  append(0, startOf(scenario, persona.name, seed))
  let folded: { of: number; state: DrillState } | null = null
  const fold = (): DrillState => {
    if (folded?.of === events.length) return folded.state
    const state = foldDrill(events)
    if (!state) throw new Error('a drill begins with its first event')
    folded = { of: events.length, state }
    return state
  }
  const needs = Object.fromEntries(milestoneNames.map((name) => [name, workFor(scenario, persona, name, random)]))
  const result = (now: number, completed: boolean): Played => ({ completed, tookMs: now, hints: fold().hints, events })

  let worked = 0
  for (let now = 0; ; now += tickMs) {
    if (now === pageAtMs) append(now, { type: 'page-received', alert })
    let state = fold()
    if (now > state.startedAt + state.limitMs) return result(now, false)
    const milestone = nextMilestone(state)
    if (milestone === null) return result(now, true)
    if (state.pagedAt === null) continue

    const idle = hasGivenUp(state, scenario, persona, milestone, now)
    if (!idle) {
      worked += tickMs
      if (random() < tickMs / 1_000 / persona.actsEvery) append(now, doing(persona, random))
      if (worked >= (needs[milestone] ?? 0)) {
        append(now, { type: 'milestone-reached', milestone, evidence: 'simulated' })
        worked = 0
      }
    }
    state = fold()
    if (help === 'none') continue
    const asks = random() < (persona.asksPerMinute * tickMs) / 60_000
    for (const asked of help === 'coach' ? [false, asks] : [asks]) {
      if (help === 'button' && !asked) continue
      if (asked) append(now, { type: 'hint-asked' })
      const decision = decide({ state: fold(), events, scenario, now, asked })
      if (decision.kind === 'encourage') append(now, { type: 'coach-said', about: decision.about, text: decision.text })
      if (decision.kind === 'wrap-up') append(now, { type: 'coach-said', about: 'the end', text: decision.text })
      if (decision.kind === 'ease') append(now, { type: 'scenario-eased', what: decision.what })
      if (decision.kind === 'extend') append(now, { type: 'time-extended', byMs: decision.byMs })
      if (decision.kind === 'hint') {
        const { milestone: about, rung, text, reason } = decision
        append(now, { type: 'hint-given', milestone: about, rung, text, reason })
        needs[about] = shortened(needs[about] ?? 0, scenario, persona, about, rung, about === milestone ? worked : 0)
      }
    }
  }
}

const alert = { fingerprint: 'f', name: 'Simulated', severity: 'page', summary: 'simulated', startsAt: '' }

/** What is left to do after a hint; who would never have got there alone works off what the last rung leaves of par. */
function shortened(need: number, scenario: Scenario, persona: Persona, name: MilestoneName, rung: HintRung, worked: number): number {
  const left = persona.leftAfter[rung]
  if (Number.isFinite(need)) return worked + Math.max(0, need - worked) * left
  return left < 1 ? worked + parOf(scenario, name) * left : need
}

function workFor(scenario: Scenario, persona: Persona, name: MilestoneName, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return parOf(scenario, name) * persona.pace * Math.exp(persona.spread * normal)
}

function parOf(scenario: Scenario, name: MilestoneName): number {
  const before = milestoneNames[milestoneNames.indexOf(name) - 1]
  return scenario.milestones[name].par - (before ? scenario.milestones[before].par : 0)
}

function hasGivenUp(state: DrillState, scenario: Scenario, persona: Persona, name: MilestoneName, now: number): boolean {
  const reached = Object.values(state.milestones).filter((at) => at !== null)
  const encouragedAt = Math.max(state.pagedAt ?? 0, ...reached, ...state.hints.map((hint) => hint.at))
  return now - encouragedAt > persona.givesUpAfter * parOf(scenario, name)
}

const doing = (persona: Persona, random: () => number): DrillEventBody =>
  random() < persona.wrong
    ? { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }
    : { type: 'place-viewed', view: 'dashboard', component: null, detail: 'something' }

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
