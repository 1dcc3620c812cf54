import { setImmediate } from 'node:timers/promises'
import { strToU8, Zip, ZipDeflate } from 'fflate'
import { z } from 'zod'
import { postmortem } from '../../drills/postmortem.ts'
import type { Role } from '../../model/api.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { readRecording, recordingsIn } from '../../shell/recording.ts'
import { debriefHtml } from '../debrief-html.ts'
import { debriefOf } from '../debrief.ts'
import { drillGraphs, pinGraphs } from '../drill-graphs.ts'
import type { Heavy } from '../heavy.ts'
import { inSlices, jsonInSlices } from '../in-slices.ts'
import { recordingsOf } from '../shells.ts'
import { shiftDebriefOf } from '../shifts.ts'
import { withoutOracle } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { drillId, type DrillReading } from './drill-reading.ts'

/** What is read of a drill when it is over: its debrief, its postmortem, and what was typed. */
export function debriefRoutes(
  app: Api,
  { context }: ApiContext,
  { finished, finishedShift, stateOf, eventsOf, played }: DrillReading,
  heavy: Heavy,
): void {
  const over = (id: string, role: Role | null) => (stateOf(id).shift ? finishedShift(id, role) : finished(id, role)).state
  /** What was printed in terminals, to be watched again. */
  app.get('/api/drills/:id/terminals', { schema: drillId }, async (request) => {
    const state = over(request.params.id, request.role)
    return { terminals: recordingsIn(recordingsOf(context, state.id)) }
  })
  app.get(
    '/api/drills/:id/terminals/:terminal',
    { schema: { params: z.object({ id: z.string(), terminal: z.string().max(40) }) } },
    async (request, reply) => {
      const state = over(request.params.id, request.role)
      const recording = readRecording(recordingsOf(context, state.id), request.params.terminal)
      if (recording === null) throw new FiredrillError('not-found', 'there is no recording of this terminal')
      return reply.type('application/x-asciicast').send(recording)
    },
  )
  app.get('/api/drills/:id/debrief', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const text = await heavy.one(async () => {
      const { events, ...rest } = debriefOf(state, await eventsOf(state.id), scenario, played())
      await setImmediate()
      // What broke and when may be known by now; what the oracle said of it is still its own.
      return jsonInSlices(rest, 'events', request.role === 'instructor' ? events : events.map(withoutOracle))
    })
    return reply.type('application/json; charset=utf-8').send(text)
  })
  /** The debrief as one file, to be shared and printed. */
  app.get('/api/drills/:id/debrief.html', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const html = await heavy.one(async () => {
      const events = await eventsOf(state.id)
      // Without its graphs it is still worth sharing.
      const graphs = await drillGraphs(context, state, events).catch(() => [])
      const pinned = await pinGraphs(events, state.startedAt)
      const debrief = debriefOf(state, events, scenario, played())
      await setImmediate()
      return debriefHtml(debrief, scenario, { graphs, pinned })
    })
    return reply
      .type('text/html; charset=utf-8')
      .header('content-disposition', `attachment; filename="debrief-${scenario.id}.html"`)
      .send(html)
  })
  app.get('/api/drills/:id/postmortem.md', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const events = await eventsOf(state.id)
    return reply
      .type('text/markdown; charset=utf-8')
      .header('content-disposition', `attachment; filename="postmortem-${scenario.id}.md"`)
      .send(postmortem(state, events, scenario))
  })
  /** The same with its graphs beside it, as pictures: to be unpacked into a team's own documents. */
  app.get('/api/drills/:id/postmortem.zip', { schema: drillId }, async (request, reply) => {
    const { state, scenario } = finished(request.params.id, request.role)
    const archive = await heavy.one(async () => {
      const events = await eventsOf(state.id)
      const graphs = await drillGraphs(context, state, events).catch((error: unknown) => {
        throw new FiredrillError('component-unreachable', `Prometheus has no graphs to give: ${describeError(error)}`, { cause: error })
      })
      const text = postmortem(
        state,
        events,
        scenario,
        graphs.map(({ file, title }) => ({ title, href: `graphs/${file}` })),
        'graphs',
      )
      const pictures = [...graphs, ...(await pinGraphs(events, state.startedAt))]
      return zipped([{ name: 'postmortem.md', text }, ...pictures.map(({ file, svg }) => ({ name: `graphs/${file}`, text: svg }))])
    })
    return reply.type('application/zip').header('content-disposition', `attachment; filename="postmortem-${scenario.id}.zip"`).send(archive)
  })
}

/** What is read of a shift when it is over, incident by incident. */
export function shiftDebriefRoute(app: Api, { finishedShift, eventsOf }: DrillReading, heavy: Heavy): void {
  app.get('/api/drills/:id/shift', { schema: drillId }, async (request, reply) => {
    const { state, shift } = finishedShift(request.params.id, request.role)
    const text = await heavy.one(async () => {
      const events = await eventsOf(state.id)
      const debrief = shiftDebriefOf(state, events, shift)
      await setImmediate()
      return jsonInSlices(debrief, 'events', request.role === 'instructor' ? events : events.map(withoutOracle))
    })
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** So many pictures are packed in a few milliseconds. */
const packedAtOnce = 20

async function zipped(files: readonly { name: string; text: string }[]): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const zip = new Zip((error, chunk) => {
    if (error) throw error
    chunks.push(chunk)
  })
  await inSlices(files, packedAtOnce, (slice) => {
    for (const { name, text } of slice) {
      const file = new ZipDeflate(name)
      zip.add(file)
      file.push(strToU8(text), true)
    }
  })
  zip.end()
  return Buffer.concat(chunks)
}
