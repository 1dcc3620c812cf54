import { faultById } from '../../drills/faults/registry.ts'
import { isPlayable } from '../../drills/scenarios.ts'
import { usualUsers } from '../../model/range.ts'
import { needsTerminal, type Scenario } from '../../model/scenario.ts'
import { projectRoot } from '../paths.ts'
import { scenarios } from '../replay/engine-bench.ts'
import { paperRange } from '../replay/paper-range.ts'
import { SimulatedClock } from './clock.ts'
import { quiet } from './quiet.ts'

const signal = AbortSignal.timeout(2 ** 31 - 1)

/** Whether a fault's effect can be seen on a range on paper, and is gone when it is out. */
async function isOnPaper({ fault: id, params }: Scenario['timeline'][number]): Promise<boolean> {
  const range = paperRange(projectRoot, usualUsers)
  const fault = faultById(id)
  const given = fault.params.safeParse(params)
  if (!given.success) return false
  const seen = async () => JSON.stringify(await fault.observe({ range, signal }, given.data))
  try {
    const fresh = await seen()
    const undo = await fault.plan({ range, signal }, given.data)
    await fault.inject({ range, signal }, given.data, undo)
    const broken = await seen()
    await fault.revert({ range, signal }, undo)
    return broken !== fresh && (await seen()) === fresh
  } catch {
    return false
  }
}
/** Those whose every fault is one that paper takes. */
export const simulated: readonly Scenario[] = await onPaper()

async function onPaper(): Promise<Scenario[]> {
  using clock = new SimulatedClock()
  const playable = [...scenarios.values()]
    .filter((scenario) => isPlayable(scenario, { lacks: ['cluster'] }) && !needsTerminal(scenario))
    .map((scenario) => ({ ...scenario, versions: undefined }))
  const found = Promise.all(playable.map(({ timeline }) => Promise.all(timeline.map(isOnPaper))))
  let done = false
  void found.finally(() => (done = true))
  // Some wait for what paper never does.
  while (!done) {
    clock.advance(1_000)
    await quiet()
  }
  const able = await found
  return playable.filter((_, index) => able[index]?.every(Boolean))
}
