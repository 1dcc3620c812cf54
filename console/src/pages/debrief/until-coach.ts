import type { DrillEvent, DrillState } from '../../../../model/drill.ts'

const againMs = 3_000
/** What has not been said by then is not said any more, as of drills that were played before there was a coach. */
const awaitedMs = 10 * 60_000

interface Read {
  state: { data?: { drill: Pick<DrillState, 'endedAt'>; events: DrillEvent[] } | undefined }
}

/** How soon a debrief is read again: the coach comes a moment after the end. */
export function untilCoach({ state: { data } }: Read): number | false {
  if (!data) return againMs
  const isSaid = data.events.some((event) => event.type === 'coach-debriefed')
  return isSaid || Date.now() - (data.drill.endedAt ?? 0) > awaitedMs ? false : againMs
}
