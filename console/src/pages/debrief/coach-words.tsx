import type { DrillEvent } from '../../../../model/drill.ts'

/** What the coach says of it, when it has. */
export function CoachWords({ events }: { events: DrillEvent[] }) {
  const said = events.findLast((event) => event.type === 'coach-debriefed')
  return said?.type === 'coach-debriefed' ? (
    <p className="said" aria-label="The coach">
      {said.text}
    </p>
  ) : null
}
