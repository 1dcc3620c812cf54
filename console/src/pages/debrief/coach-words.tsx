import type { DrillEvent } from '../../../../model/drill.ts'

/** How soon a debrief is read again: the coach comes a moment after the end. */
export const untilCoach = ({ state }: { state: { data?: { events: DrillEvent[] } | undefined } }): number | false =>
  state.data?.events.some((event) => event.type === 'coach-debriefed') ? false : 3_000

/** What the coach says of it, when it has. */
export function CoachWords({ events }: { events: DrillEvent[] }) {
  const said = events.findLast((event) => event.type === 'coach-debriefed')
  return said?.type === 'coach-debriefed' ? (
    <p className="said" aria-label="The coach">
      {said.text}
    </p>
  ) : null
}
