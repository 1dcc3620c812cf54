import { strToU8, zipSync } from 'fflate'
import { z } from 'zod'
import { postmortem } from '../../drills/postmortem.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { readRecording, recordingsIn } from '../../shell/recording.ts'
import { debriefHtml } from '../debrief-html.ts'
import { debriefOf } from '../debrief.ts'
import { drillGraphs, pinGraphs } from '../drill-graphs.ts'
import type { Heavy } from '../heavy.ts'
import { recordingsOf } from '../shells.ts'
import { withoutOracle } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { drillId, type DrillReading } from './drill-reading.ts'

/** What is read of a drill when it is over: its debrief, its postmortem, and what was typed. */
export function debriefRoutes(app: Api, { context, ledger }: ApiContext, { finished, played }: DrillReading, heavy: Heavy): void {
  /** What was printed in terminals, to be watched again. */
  app.get('/api/drills/:id/terminals', { schema: drillId }, async (request) => {
    const { state } = finished(request.params.id, request.role)
    return { terminals: recordingsIn(recordingsOf(context, state.id)) }
  })
  app.get(
    '/api/drills/:id/terminals/:terminal',
    { schema: { params: z.object({ id: z.string(), terminal: z.string().max(40) }) } },
    async (request, reply) => {
      const { state } = finished(request.params.id, request.role)
      const recording = readRecording(recordingsOf(context, state.id), request.params.terminal)
      if (recording === null) throw new FiredrillError('not-found', 'there is no recording of this terminal')
      return reply.type('application/x-asciicast').send(recording)
    },
  )
  app.get('/api/drills/:id/debrief', { schema: drillId }, async (request) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const debrief = debriefOf(state, ledger.events(state.id), scenario, played())
    // What broke and when may be known by now; what the oracle said of it is still its own.
    return request.role === 'instructor' ? debrief : { ...debrief, events: debrief.events.map(withoutOracle) }
  })
  /** The debrief as one file, to be shared and printed. */
  app.get('/api/drills/:id/debrief.html', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const events = ledger.events(state.id)
    // Without its graphs it is still worth sharing.
    const graphs = await heavy.one(() => drillGraphs(context, state, events).catch(() => []))
    return reply
      .type('text/html; charset=utf-8')
      .header('content-disposition', `attachment; filename="debrief-${scenario.id}.html"`)
      .send(debriefHtml(debriefOf(state, events, scenario, played()), scenario, graphs))
  })
  app.get('/api/drills/:id/postmortem.md', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    return reply
      .type('text/markdown; charset=utf-8')
      .header('content-disposition', `attachment; filename="postmortem-${scenario.id}.md"`)
      .send(postmortem(state, ledger.events(state.id), scenario))
  })
  /** The same with its graphs beside it, as pictures: to be unpacked into a team's own documents. */
  app.get('/api/drills/:id/postmortem.zip', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const events = ledger.events(state.id)
    const graphs = await heavy.one(() =>
      drillGraphs(context, state, events).catch((error: unknown) => {
        throw new FiredrillError('component-unreachable', `Prometheus has no graphs to give: ${describeError(error)}`, { cause: error })
      }),
    )
    const text = postmortem(
      state,
      events,
      scenario,
      graphs.map(({ file, title }) => ({ title, href: `graphs/${file}` })),
      'graphs',
    )
    const archive = zipSync({
      'postmortem.md': strToU8(text),
      ...Object.fromEntries([...graphs, ...pinGraphs(events, state.startedAt)].map(({ file, svg }) => [`graphs/${file}`, strToU8(svg)])),
    })
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="postmortem-${scenario.id}.zip"`)
      .send(Buffer.from(archive))
  })
}
