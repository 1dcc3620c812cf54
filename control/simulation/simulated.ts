import { faultById } from '../../drills/faults/registry.ts'
import { isPlayable } from '../../drills/scenarios.ts'
import { playedShift } from '../../drills/shifts/compose.ts'
import { usualUsers } from '../../model/range.ts'
import { needsTerminal, type Scenario } from '../../model/scenario.ts'
import type { Shift } from '../../model/shift.ts'
import { projectRoot } from '../paths.ts'
import { scenarios } from '../replay/engine-bench.ts'
import { paperRange } from '../replay/paper-range.ts'
import { SimulatedClock } from './clock.ts'
import { quiet } from './quiet.ts'

/** Whether a fault's effect can be seen on a simulated range, and disappears when it is reverted. */
async function isOnPaper({ fault: id, params }: Scenario['timeline'][number]): Promise<boolean> {
  const range = paperRange(projectRoot, usualUsers)
  const fault = faultById(id)
  const given = fault.params.safeParse(params)
  if (!given.success) return false
  const seen = async () => JSON.stringify(await fault.observe({ range }, given.data))
  try {
    const fresh = await seen()
    const undo = await fault.plan({ range }, given.data)
    await fault.inject({ range }, given.data, undo)
    const broken = await seen()
    await fault.revert({ range }, undo)
    return broken !== fresh && (await seen()) === fresh
  } catch {
    return false
  }
}
/** Scenarios whose faults can all be simulated; and shifts of two of them, as often as some ten scenarios. */
export const simulated: readonly Scenario[] = await onPaper()

async function onPaper(): Promise<Scenario[]> {
  using clock = new SimulatedClock()
  const playable = [...scenarios.values()]
    .filter((scenario) => isPlayable(scenario, { lacks: ['cluster'] }) && !needsTerminal(scenario))
    .map((scenario) => ({ ...scenario, versions: undefined }))
  const found = Promise.all(playable.map(({ timeline }) => Promise.all(timeline.map(isOnPaper))))
  let done = false
  void found.finally(() => (done = true))
  // Some wait for what never happens in the simulation.
  while (!done) {
    clock.advance(1_000)
    await quiet()
  }
  const able = await found
  const drills = playable.filter((_, index) => able[index]?.every(Boolean))
  return [...drills, ...Array.from({ length: Math.ceil(drills.length / 6) }, () => twoAtOnce(drills))]
}

/** A shift whose two incidents overlap: each pages by simulated alerts, and both affect users. */
function twoAtOnce(drills: readonly Scenario[]): Scenario {
  const expects = (alert: string) => drills.filter(({ alerts }) => alerts.expected.some(({ name }) => name === alert))
  const [first] = expects('BrowseErrorBudgetBurn')
  const second = expects('CheckoutErrorBudgetBurn').find(({ cause }) => cause.component !== first?.cause.component)
  if (!first || !second) throw new Error('no two simulated scenarios make a shift')
  const incident = { breaks: ['users-served'], urgency: 'now' as const, why: 'both are felt' }
  const shift: Shift = {
    id: 'two-at-once',
    title: 'Two at once',
    summary: 'Both are felt',
    difficulty: 'beginner',
    limit: 30 * 6e4,
    brief: '',
    debrief: '',
    noise: [],
    incidents: [
      {
        ...incident,
        at: 0,
        scenario: first.id,
      },
      {
        ...incident,
        at: 2e4,
        scenario: second.id,
      },
    ],
  }
  return { ...playedShift(shift, new Map(drills.map((scenario) => [scenario.id, scenario])), null), versions: undefined }
}
