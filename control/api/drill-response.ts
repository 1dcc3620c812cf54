import {
  addNote,
  addPinnedNote,
  askCoach,
  nameCause,
  noteToolCall,
  ofIncident,
  postStatus,
  recordView,
  snoozeCoach,
} from '../../model/api.ts'
import { mayDo } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { LiveTelling, publicState } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { drillId, type DrillReading } from './drill-reading.ts'

/** What those who play say and do about the incident, apart from changing the shop. */
export function responseRoutes(app: Api, { ledger, engine, people, looks }: ApiContext, { stateOf }: DrillReading): void {
  app.post('/api/drills/:id/acknowledge', { schema: { ...drillId, body: ofIncident } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.pages.acknowledge(people.of(request), request.body?.incident)
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/cause', { schema: { ...drillId, body: nameCause } }, async (request) => {
    engine.mustRun(request.params.id)
    const { component, category, sentence, incident } = request.body
    return { correct: engine.response.nameCause(component, category, sentence, people.of(request), incident) }
  })
  app.post('/api/drills/:id/notes', { schema: { ...drillId, body: addPinnedNote } }, async (request) => {
    const { id } = request.params
    const by = people.of(request)
    if (engine.running()?.id === id) engine.messages.note(request.body, by)
    else if (mayDo(stateOf(id).phase, 'note')) ledger.append(id, { type: 'note-added', ...request.body }, by)
    else throw new FiredrillError('wrong-state', `drill ${id} was aborted`)
    return {}
  })
  /** What a page shows, of what it was served: said again every few seconds, until it counts as looked at. */
  app.post('/api/drills/:id/views', { schema: { ...drillId, body: recordView } }, async (request) => {
    const { view, component, detail } = request.body
    const running = engine.running()?.id === request.params.id
    return { counted: running && looks.shown(people.viewer(request), view, component, detail) }
  })
  app.post('/api/drills/:id/tool-calls', { schema: { ...drillId, body: noteToolCall } }, async (request) => {
    if (engine.running()?.id === request.params.id) engine.response.noteToolCall(request.body.tool, request.body.ok)
    return {}
  })
  app.post('/api/drills/:id/chat', { schema: { ...drillId, body: addNote } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.say(request.body.text, people.of(request) ?? { name: request.role ?? 'somebody', role: '' })
    return {}
  })
  app.post('/api/drills/:id/status-updates', { schema: { ...drillId, body: postStatus } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.messages.postStatus(request.body, people.of(request))
    return {}
  })
}

/** Asking for help, and asking to be left alone. */
export function helpRoutes(app: Api, { ledger, engine, people }: ApiContext): void {
  const telling = new LiveTelling(ledger)
  app.post('/api/drills/:id/hint', { schema: { ...drillId, body: ofIncident } }, async (request) => {
    engine.mustRun(request.params.id)
    // From the instructor it is a gift, and nobody has asked.
    if (request.role === 'instructor' && !people.of(request)) return { given: engine.coaching.giveHint(request.body?.incident), waitMs: 0 }
    const { given, waitMs } = engine.coaching.askHint(people.of(request), request.body?.incident)
    return { given, waitMs }
  })
  /** Something for the coach; its answer is an event. */
  app.post('/api/drills/:id/coach', { schema: { ...drillId, body: askCoach } }, async (request) => {
    engine.mustRun(request.params.id)
    const { id } = engine.coaching.ask(request.body.text, people.of(request))
    return { id: request.role === 'instructor' ? id : telling.number(request.params.id, id) }
  })
  app.post('/api/drills/:id/coach/snooze', { schema: { ...drillId, body: snoozeCoach } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.coaching.snooze(request.body.forMs, people.of(request))
    return {}
  })
}
