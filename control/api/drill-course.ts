import { addNote, extendDrill, setCoachMode } from '../../model/api.ts'
import { publicState } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { drillId, type DrillReading } from './drill-reading.ts'

/** How a drill goes on: what the instructor does while it runs, and how it ends. */
export function courseRoutes(app: Api, { engine }: ApiContext, { stateOf }: DrillReading): void {
  app.put(
    '/api/drills/:id/coach/mode',
    { config: { access: 'instructor' }, schema: { ...drillId, body: setCoachMode } },
    async (request) => {
      engine.mustRun(request.params.id)
      engine.coaching.setMode(request.body.mode)
      return {}
    },
  )
  app.post('/api/drills/:id/messages', { config: { access: 'instructor' }, schema: { ...drillId, body: addNote } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.send(request.body.text)
    return {}
  })
  app.post('/api/drills/:id/extend', { config: { access: 'instructor' }, schema: { ...drillId, body: extendDrill } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.extend(request.body.byMs)
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/skip', { config: { access: 'instructor' }, schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    return { skippedMs: engine.clock.skip() }
  })
  app.post('/api/drills/:id/pause', { config: { access: 'instructor' }, schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.pause()
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/continue', { config: { access: 'instructor' }, schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.continue()
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/finish', { schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    await engine.finish()
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/abort', { schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    await engine.abort('by hand')
    return publicState(stateOf(request.params.id))
  })
}
