import type { DrillEvent, DrillState } from '../../../../model/drill.ts'

const againMs = 3_000
/** After this time the coach will not speak any more, as for drills from before there was a coach. */
const awaitedMs = 10 * 60_000

interface Read {
  state: { data?: { drill: Pick<DrillState, 'endedAt'>; events: DrillEvent[] } | undefined }
}

/** How soon a debrief is fetched again: the coach speaks a moment after the end. */
export function untilCoach({ state: { data } }: Read): number | false {
  if (!data) return againMs
  const isSaid = data.events.some((event) => event.type === 'coach-debriefed')
  return isSaid || Date.now() - (data.drill.endedAt ?? 0) > awaitedMs ? false : againMs
}
