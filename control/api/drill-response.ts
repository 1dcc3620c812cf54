import { mayDo } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { LiveTelling, publicState } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { type DrillReading } from './drill-reading.ts'
import { serve } from './serve.ts'

/** What trainees say and do about the incident, apart from changing the shop. */
export function responseRoutes(app: Api, { ledger, engine, people, looks }: ApiContext, { stateOf }: DrillReading): void {
  serve(app, 'POST /api/drills/:id/acknowledge', async (request) => {
    engine.mustRun(request.params.id)
    engine.pages.acknowledge(people.of(request), request.body?.incident)
    return publicState(stateOf(request.params.id))
  })
  serve(app, 'POST /api/drills/:id/cause', async (request) => {
    engine.mustRun(request.params.id)
    const { component, category, sentence, incident } = request.body
    return { correct: engine.response.nameCause(component, category, sentence, people.of(request), incident) }
  })
  serve(app, 'POST /api/drills/:id/notes', async (request) => {
    const { id } = request.params
    const by = people.of(request)
    if (engine.running()?.id === id) engine.messages.note(request.body, by)
    else if (mayDo(stateOf(id).phase, 'note')) ledger.append(id, { type: 'note-added', ...request.body }, by)
    else throw new FiredrillError('wrong-state', `drill ${id} was aborted`)
    return {}
  })
  /** What the console shows of what it was served. It is reported every few seconds, until it counts as looked at. */
  serve(app, 'POST /api/drills/:id/views', async (request) => {
    const { view, component, detail } = request.body
    const running = engine.running()?.id === request.params.id
    return { counted: running && looks.shown(people.viewer(request), view, component, detail) }
  })
  serve(app, 'POST /api/drills/:id/tool-calls', async (request) => {
    if (engine.running()?.id === request.params.id) engine.response.noteToolCall(request.body.tool, request.body.ok)
    return {}
  })
  serve(app, 'POST /api/drills/:id/chat', async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.say(request.body.text, people.of(request) ?? { name: request.role ?? 'somebody', role: '' })
    return {}
  })
  serve(app, 'POST /api/drills/:id/status-updates', async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.postStatus(request.body, people.of(request))
    return {}
  })
}

/** Requests for help, and for no interruptions. */
export function helpRoutes(app: Api, { ledger, engine, people }: ApiContext): void {
  const telling = new LiveTelling(ledger)
  serve(app, 'POST /api/drills/:id/hint', async (request) => {
    engine.mustRun(request.params.id)
    // From the instructor it is a gift, and does not count as a request.
    if (request.role === 'instructor' && !people.of(request)) return { given: engine.coaching.giveHint(request.body?.incident), waitMs: 0 }
    const { given, waitMs } = engine.coaching.askHint(people.of(request), request.body?.incident)
    return { given, waitMs }
  })
  /** A message to the coach; the answer is an event. */
  serve(app, 'POST /api/drills/:id/coach', async (request) => {
    engine.mustRun(request.params.id)
    const { id } = engine.coaching.ask(request.body.text, people.of(request))
    return { id: request.role === 'instructor' ? id : telling.number(request.params.id, id) }
  })
  serve(app, 'POST /api/drills/:id/coach/snooze', async (request) => {
    engine.mustRun(request.params.id)
    engine.coaching.snooze(request.body.forMs, people.of(request))
    return {}
  })
}
