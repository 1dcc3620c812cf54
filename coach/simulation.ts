import { advanceDrill, nextMilestone, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import type { HintRung, MilestoneName, Scenario } from '../model/scenario.ts'
import { Trainee, type Doing, type Help, type Persona } from './personas.ts'
import { decide } from './policy.ts'

interface Played {
  completed: boolean
  tookMs: number
  hints: { milestone: MilestoneName; rung: HintRung; reason: string; at: number }[]
  events: DrillEvent[]
}

/** The start of a drill that is not played on a range. */
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

/** Plays a scenario on a simulated clock, with only the policy: the trainee's milestones are recorded directly. */
export function simulate(scenario: Scenario, persona: Persona, help: Help, seed: number): Played {
  const trainee = new Trainee(scenario, persona, seed)
  const events: DrillEvent[] = []
  const append = (at: number, body: DrillEventBody) => events.push({ ...body, id: events.length + 1, drill: 'simulated', at })
  append(0, startOf(scenario, persona.name, seed))
  let folded: DrillState | null = null
  let of = 0
  const fold = (): DrillState => {
    for (; of < events.length; of++) folded = advanceDrill(folded, events[of]!)
    if (!folded) throw new Error('a drill begins with its first event')
    return folded
  }
  const result = (now: number, completed: boolean): Played => ({ completed, tookMs: now, hints: fold().hints, events })

  for (let now = 0; ; now += tickMs) {
    if (now === pageAtMs) append(now, { type: 'page-received', alert })
    const state = fold()
    if (now > state.startedAt + state.limitMs) return result(now, false)
    if (nextMilestone(state) === null) return result(now, true)
    const doing = trainee.tick(state, now, tickMs)
    for (const body of doing.flatMap(eventOf)) append(now, body)
    if (help === 'none') continue
    const asks = doing.some(({ kind }) => kind === 'ask')
    for (const asked of help === 'coach' ? [false, asks] : [asks]) {
      if (help === 'button' && !asked) continue
      if (asked) append(now, { type: 'hint-asked' })
      const decision = decide({ state: fold(), events, scenario, now, asked })
      if (decision.kind === 'encourage') append(now, { type: 'coach-said', about: decision.about, text: decision.text })
      if (decision.kind === 'wrap-up') append(now, { type: 'coach-said', about: 'the end', text: decision.text })
      if (decision.kind === 'ease') append(now, { type: 'scenario-eased', what: decision.what })
      if (decision.kind === 'extend') append(now, { type: 'time-extended', byMs: decision.byMs })
      if (decision.kind === 'hint') {
        const { milestone, rung, text, reason } = decision
        append(now, { type: 'hint-given', milestone, rung, text, reason })
      }
    }
  }
}

const alert = { fingerprint: 'f', name: 'Simulated', severity: 'page', summary: 'simulated', startsAt: '' }

function eventOf(doing: Doing): DrillEventBody[] {
  switch (doing.kind) {
    case 'step':
      return [{ type: 'milestone-reached', milestone: doing.milestone, evidence: 'simulated' }]
    case 'look':
      return [{ type: 'place-viewed', view: 'dashboard', component: null, detail: 'something' }]
    case 'wrong-cause':
      return [{ type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }]
    case 'ask':
      return []
  }
}
