import { setImmediate } from 'node:timers/promises'
import { strToU8, Zip, ZipDeflate } from 'fflate'
import { postmortem } from '../../drills/postmortem.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import type { Role } from '../../model/api.ts'
import type { DrillState } from '../../model/drill.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import { readRecording, recordingsIn } from '../../shell/recording.ts'
import { debriefHtml } from '../debrief-html.ts'
import { debriefOf } from '../debrief.ts'
import { drillGraphs, pinGraphs } from '../drill-graphs.ts'
import { incidentsExported, type ExportedIncident } from '../exported.ts'
import type { Heavy } from '../heavy.ts'
import { inSlices, jsonInSlices } from '../in-slices.ts'
import { recordingsOf } from '../shells.ts'
import { shiftDebriefHtml } from '../shift-debrief-html.ts'
import { shiftDebriefOf } from '../shifts.ts'
import { withoutOracle } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { type DrillReading } from './drill-reading.ts'
import { serve } from './serve.ts'

/** A finished drill, or a shift. */
type Over = { state: DrillState; scenario: Scenario } | { state: DrillState; shift: ReadShift }

/** What can be read of a finished drill: its debrief, its postmortem, and what was typed. */
export function debriefRoutes(app: Api, { context }: ApiContext, reading: DrillReading, heavy: Heavy): void {
  const { finished, finishedShift, stateOf, eventsOf, played } = reading
  const over = (id: string, role: Role | null): Over => (stateOf(id).shift ? finishedShift(id, role) : finished(id, role))
  /** Output of terminals, to be played back. */
  serve(app, 'GET /api/drills/:id/terminals', async (request) => {
    const { state } = over(request.params.id, request.role)
    return { terminals: recordingsIn(recordingsOf(context, state.id)) }
  })
  serve(app, 'GET /api/drills/:id/terminals/:terminal', async (request) => {
    const { state } = over(request.params.id, request.role)
    const recording = readRecording(recordingsOf(context, state.id), request.params.terminal)
    if (recording === null) throw new FiredrillError('not-found', 'there is no recording of this terminal')
    return recording
  })
  serve(app, 'GET /api/drills/:id/debrief', async (request) => {
    const { state, scenario } = finished(request.params.id, request.role)
    return heavy.one(async () => {
      const { events, ...rest } = debriefOf(state, await eventsOf(state.id), scenario, played())
      await setImmediate()
      // After the drill, trainees may know what broke and when, but the details of checks stay with the instructor.
      return jsonInSlices(rest, 'events', request.role === 'instructor' ? events : events.map(withoutOracle))
    })
  })
  /** The debrief as one file, to share and print. */
  serve(app, 'GET /api/drills/:id/debrief.html', async (request, reply) => {
    const told = over(request.params.id, request.role)
    const { state } = told
    const html = await heavy.one(async () => {
      const events = await eventsOf(state.id)
      // It is worth sharing without its graphs as well.
      const graphs = await drillGraphs(context, state, events).catch(() => [])
      const pictures = { graphs, pinned: await pinGraphs(events, state.startedAt) }
      if ('shift' in told) {
        const debrief = shiftDebriefOf(state, events, told.shift)
        await setImmediate()
        return shiftDebriefHtml(debrief, events, pictures)
      }
      const debrief = debriefOf(state, events, told.scenario, played())
      await setImmediate()
      return debriefHtml(debrief, pictures)
    })
    reply.header('content-disposition', attached('debrief', state, 'html'))
    return html
  })
  postmortemRoutes(app, context, { over, eventsOf }, heavy)
}

/** A postmortem of a drill, or of each incident of a shift. */
function postmortemRoutes(
  app: Api,
  context: ApiContext['context'],
  { over, eventsOf }: Pick<DrillReading, 'eventsOf'> & { over: (id: string, role: Role | null) => Over },
  heavy: Heavy,
): void {
  const incidents = async (told: Over): Promise<ExportedIncident[]> => {
    const events = await eventsOf(told.state.id)
    return 'shift' in told ? incidentsExported(told.state, events, told.shift) : [{ ...told, events, folder: '' }]
  }
  serve(app, 'GET /api/drills/:id/postmortem.md', async (request, reply) => {
    const told = over(request.params.id, request.role)
    const texts = (await incidents(told)).map(({ state, events, scenario }) => postmortem(state, events, scenario))
    reply.header('content-disposition', attached('postmortem', told.state, 'md'))
    return texts.length > 0 ? texts.join('\n---\n\n') : 'No incident began in this shift.\n'
  })
  /** The postmortem with its graphs as image files: to be unpacked into a team's own documents. For a shift, a folder for each incident. */
  serve(app, 'GET /api/drills/:id/postmortem.zip', async (request, reply) => {
    const told = over(request.params.id, request.role)
    const archive = await heavy.one(async () => {
      const files: { name: string; text: string }[] = []
      for (const incident of await incidents(told)) files.push(...(await postmortemFiles(context, incident)))
      return zipped(files)
    })
    return reply
      .type('application/zip')
      .header('content-disposition', attached('postmortem', told.state, 'zip'))
      .send(archive)
  })
}

const attached = (what: string, { scenario }: DrillState, ending: string): string => `attachment; filename="${what}-${scenario}.${ending}"`

/** Throws `component-unreachable` if its graphs cannot be read. */
async function postmortemFiles(
  context: ApiContext['context'],
  { folder, state, events, scenario }: ExportedIncident,
): Promise<{ name: string; text: string }[]> {
  const graphs = await drillGraphs(context, state, events).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `the graphs cannot be read from Prometheus: ${describeError(error)}`, {
      cause: error,
    })
  })
  const text = postmortem(
    state,
    events,
    scenario,
    graphs.map(({ file, title }) => ({ title, href: `graphs/${file}` })),
    'graphs',
  )
  const pictures = [...graphs, ...(await pinGraphs(events, state.startedAt))]
  const within = folder === '' ? '' : `${folder}/`
  return [{ name: `${within}postmortem.md`, text }, ...pictures.map(({ file, svg }) => ({ name: `${within}graphs/${file}`, text: svg }))]
}

/** What can be read of a finished shift, incident by incident. */
export function shiftDebriefRoute(app: Api, { finishedShift, eventsOf }: DrillReading, heavy: Heavy): void {
  serve(app, 'GET /api/drills/:id/shift', async (request) => {
    const { state, shift } = finishedShift(request.params.id, request.role)
    return heavy.one(async () => {
      const events = await eventsOf(state.id)
      const debrief = shiftDebriefOf(state, events, shift)
      await setImmediate()
      return jsonInSlices(debrief, 'events', request.role === 'instructor' ? events : events.map(withoutOracle))
    })
  })
}

/** Pictures that are packed in a few milliseconds. */
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
