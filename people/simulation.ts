import { advanceDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { characterIds, type CharacterId } from '../model/people.ts'
import type { Scenario } from '../model/scenario.ts'
import { decidePeople } from './policy.ts'

/** Other events in a second of a simulated drill: those of a trainee, an instructor and the coach. */
export type Happening = (drill: { state: DrillState; events: readonly DrillEvent[]; now: number }) => readonly DrillEventBody[]

/** A simulated drill of this many seconds, in which the policy of people runs once a second, as in the engine. */
export function simulatePeople(scenario: Scenario, seconds: number, happening: Happening, seed = 1): DrillEvent[] {
  const events: DrillEvent[] = []
  let state: DrillState | null = null
  const append = (at: number, body: DrillEventBody) => {
    const event: DrillEvent = { ...body, id: events.length + 1, drill: 'simulated', at }
    events.push(event)
    state = advanceDrill(state, event)
  }
  append(0, {
    type: 'drill-started',
    scenario: scenario.id,
    mode: 'learning',
    trainee: 'somebody',
    limitMs: scenario.limit,
    seed,
    usersBefore: null,
    fingerprint: '',
  })
  const current = (): DrillState => {
    if (!state) throw new Error('a drill begins with its first event')
    return state
  }
  for (let now = 1_000; now <= seconds * 1_000; now += 1_000) {
    for (const body of happening({ state: current(), events, now })) append(now, body)
    const decision = decidePeople({ state: current(), events, scenario, now })
    if (decision.kind === 'say') append(now, { type: 'person-said', ...decision.saying })
    if (decision.kind === 'end-quiet') append(now, { type: 'quiet-ended', held: decision.held, missed: decision.missed })
  }
  return events
}

export const anybody = (random: () => number): CharacterId => characterIds[Math.floor(random() * characterIds.length)] ?? 'support-lead'
