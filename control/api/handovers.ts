import { handoversIn } from '../../people/handover.ts'
import { noteOf } from '../../model/handover.ts'
import type { Api, ApiContext } from './context.ts'
import { type DrillReading } from './drill-reading.ts'
import { serve } from './serve.ts'

/** Handover notes of a drill. */
export function handoverRoutes(app: Api, { ledger, engine, people }: ApiContext, { stateOf, mustNotSpoil }: DrillReading): void {
  serve(app, 'GET /api/drills/:id/handovers', async (request) => {
    const state = stateOf(request.params.id)
    mustNotSpoil(state, request.role)
    const notes = handoversIn(ledger.events(state.id, ['handover-written']))
    return {
      /** The newest one counts, so it comes first. */
      handovers: notes.toReversed().map((note) => ({ at: note.at, by: note.by ?? null, ...noteOf(note) })),
    }
  })
  serve(app, 'POST /api/drills/:id/handovers', async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.handOver(request.body, people.of(request))
    return {}
  })
}
