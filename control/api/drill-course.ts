import { publicState } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import type { DrillReading } from './drill-reading.ts'
import { serve } from './serve.ts'

/** The instructor's commands while a drill runs, and the ways to end it. */
export function courseRoutes(app: Api, { engine }: ApiContext, { stateOf }: DrillReading): void {
  serve(app, 'PUT /api/drills/:id/coach/mode', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.coaching.setMode(request.body.mode)
    return {}
  })
  serve(app, 'POST /api/drills/:id/messages', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.send(request.body.text)
    return {}
  })
  serve(app, 'POST /api/drills/:id/extend', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.extend(request.body.byMs)
    return publicState(stateOf(request.params.id))
  })
  serve(app, 'POST /api/drills/:id/skip', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    return { skippedMs: engine.clock.skip() }
  })
  serve(app, 'POST /api/drills/:id/pause', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.pause()
    return publicState(stateOf(request.params.id))
  })
  serve(app, 'POST /api/drills/:id/continue', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.clock.continue()
    return publicState(stateOf(request.params.id))
  })
  serve(app, 'POST /api/drills/:id/finish', async (request) => {
    engine.mustRun(request.params.id)
    await engine.finish()
    return publicState(stateOf(request.params.id))
  })
  serve(app, 'POST /api/drills/:id/abort', async (request) => {
    engine.mustRun(request.params.id)
    await engine.abort('by hand')
    return publicState(stateOf(request.params.id))
  })
}
