import { handoversIn } from '../../people/handover.ts'
import { noteOf, writeHandover } from '../../model/handover.ts'
import type { Api, ApiContext } from './context.ts'
import { drillId, type DrillReading } from './drill-reading.ts'

/** What is written in a drill for whoever joins later. */
export function handoverRoutes(app: Api, { ledger, engine, people }: ApiContext, { stateOf, mustNotSpoil }: DrillReading): void {
  app.get('/api/drills/:id/handovers', { schema: drillId }, async (request) => {
    const state = stateOf(request.params.id)
    mustNotSpoil(state, request.role)
    const notes = handoversIn(ledger.events(state.id, ['handover-written']))
    return {
      /** The newest is what counts: it comes first. */
      handovers: notes.toReversed().map((note) => ({ at: note.at, by: note.by ?? null, ...noteOf(note) })),
    }
  })
  app.post('/api/drills/:id/handovers', { schema: { ...drillId, body: writeHandover } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.handOver(request.body, people.of(request))
    return {}
  })
}
