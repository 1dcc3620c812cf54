import type { DrillEvent } from '../../../../model/drill.ts'

/** The coach's words, once they have been generated. */
export function CoachWords({ events }: { events: DrillEvent[] }) {
  const said = events.findLast((event) => event.type === 'coach-debriefed')
  return said?.type === 'coach-debriefed' ? (
    <p className="said" aria-label="The coach">
      {said.text}
    </p>
  ) : null
}
