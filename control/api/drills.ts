import { strToU8, zipSync } from 'fflate'
import { z } from 'zod'
import {
  addNote,
  addPinnedNote,
  askCoach,
  extendDrill,
  nameCause,
  noteToolCall,
  postStatus,
  recordView,
  setCoachMode,
  snoozeCoach,
  startDrill,
} from '../../model/api.ts'
import { playableHere } from '../playable.ts'
import { scenarioOf } from '../../drills/variants.ts'
import { surpriseFor } from '../../drills/surprise.ts'
import { progressOf } from '../../drills/progress.ts'
import { postmortem } from '../../drills/postmortem.ts'
import type { Role } from '../../model/api.ts'
import { foldDrill, mayDo, type DrillState } from '../../model/drill.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { needsTerminal, type Difficulty } from '../../model/scenario.ts'
import { isHidden } from '../blind.ts'
import { assessmentTroubles } from '../assessment.ts'
import { drillView } from '../drill-view.ts'
import { debriefOf } from '../debrief.ts'
import { readRecording, recordingsIn } from '../../shell/recording.ts'
import { Heavy } from '../heavy.ts'
import { recordingsOf } from '../shells.ts'
import { LiveTelling, publicState, withoutOracle } from '../told.ts'
import { debriefHtml } from '../debrief-html.ts'
import { drillGraphs, pinGraphs } from '../drill-graphs.ts'
import type { Api, ApiContext } from './context.ts'

const drillId = { params: z.object({ id: z.string() }) }

export function drillRoutes(app: Api, { context, ledger, engine, scenarios, sampler, people, looks, range, shells }: ApiContext): void {
  const stateOf = (id: string): DrillState => {
    const state = ledger.drill(id)
    if (!state) throw new FiredrillError('not-found', `there is no drill ${id}`)
    return state
  }
  const telling = new LiveTelling(ledger)
  const heavy = new Heavy()
  /** What people have played; what `verify` does counts for nobody. */
  const played = (): DrillState[] =>
    ledger
      .drills()
      .flatMap((id) => ledger.drill(id) ?? [])
      .filter((state) => state.mode !== 'rehearsal')
  const surprise = async (trainee: string, difficulty: Difficulty | undefined): Promise<string> => {
    const isPlayable = await playableHere(range, shells)
    const playable = [...scenarios.values()].filter(
      (scenario) => isPlayable(scenario) && (difficulty === undefined || scenario.difficulty === difficulty),
    )
    const own = played().filter((state) => state.trainee === trainee)
    const chosen = surpriseFor(playable, own, Math.random)
    if (!chosen) throw new FiredrillError('not-found', 'there is no scenario of this difficulty that can be played where the shop runs now')
    return chosen.id
  }
  /** What was found out in an earlier drill would tell the answer of one that runs: it can be read again afterwards. */
  const mustNotSpoil = (state: DrillState, role: Role | null): void => {
    const running = engine.running()
    if (role === 'instructor' || !running || running.id === state.id) return
    // Whether it is refused would tell which scenario is played.
    if (isHidden(running)) throw new FiredrillError('wrong-state', 'a blind drill is running: earlier drills can be read when it is over')
    if (running.scenario === state.scenario)
      throw new FiredrillError('wrong-state', 'the same scenario is being played: what came of it before can be read when that is over')
  }

  app.get('/api/drills', async (request) => {
    const running = engine.running()
    const hides = request.role !== 'instructor' && isHidden(running)
    return {
      drills: played().map((state) => ({
        ...publicState(state),
        ...(hides ? { scenario: '' } : {}),
        // What was said in them is told where each is read.
        hints: state.hints.map((hint) => ({ ...hint, text: '' })),
      })),
      running: running?.id ?? null,
    }
  })

  app.get('/api/progress', async (request) => {
    const progress = await heavy.one(async () => progressOf(played(), scenarios))
    if (request.role === 'instructor') return progress
    const hides = isHidden(engine.running())
    // Which scenario trains a skill is told to who has played it.
    const told = progress.skills.map((skill) => ({ ...skill, scenarios: hides ? [] : skill.scenarios.filter((one) => one.played) }))
    return { ...progress, skills: told }
  })

  app.post('/api/drills', { schema: { body: startDrill } }, async (request, reply) => {
    const { mode, trainee, difficulty, seed, variant } = request.body
    if (mode === 'rehearsal' && request.role !== 'instructor') throw new FiredrillError('forbidden', 'rehearsals are for the instructor')
    const trouble = await shells.trouble()
    const wanted = scenarios.get(request.body.scenario ?? '')
    if (trouble !== null && wanted && needsTerminal(wanted))
      throw new FiredrillError('unsupported', `'${wanted.id}' is solved in a terminal, and there is none here: ${trouble}`)
    await engine.settled()
    const scenario = request.body.scenario ?? (await surprise(trainee, difficulty))
    const blind = request.body.blind || request.body.scenario === undefined
    const started = publicState(await engine.start(scenario, { mode, trainee, blind, seed, variant }))
    const warnings = mode === 'assessment' ? assessmentTroubles(context.root, context.dir) : []
    for (const warning of warnings) process.stderr.write(`an assessment has begun, and ${warning}\n`)
    // Where the answers are is nothing to tell a trainee.
    return reply.code(201).send({ ...started, ...(request.role === 'instructor' ? { warnings } : {}) })
  })

  app.get('/api/drills/:id', { schema: drillId }, async (request) => {
    const events = ledger.events(request.params.id)
    const state = foldDrill(events)
    if (!state) throw new FiredrillError('not-found', `there is no drill ${request.params.id}`)
    mustNotSpoil(state, request.role)
    return drillView(state, events, scenarioOf(scenarios, state), request.role)
  })

  app.post('/api/drills/:id/acknowledge', { schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    engine.pages.acknowledge(people.of(request))
    return publicState(stateOf(request.params.id))
  })
  app.post('/api/drills/:id/cause', { schema: { ...drillId, body: nameCause } }, async (request) => {
    engine.mustRun(request.params.id)
    const { component, category, sentence } = request.body
    return { correct: engine.response.nameCause(component, category, sentence, people.of(request)) }
  })
  app.post('/api/drills/:id/hint', { schema: drillId }, async (request) => {
    engine.mustRun(request.params.id)
    // From the instructor it is a gift, and nobody has asked.
    if (request.role === 'instructor' && !people.of(request)) return { given: engine.coaching.giveHint(), waitMs: 0 }
    const { given, waitMs } = engine.coaching.askHint(people.of(request))
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
  app.put(
    '/api/drills/:id/coach/mode',
    { config: { access: 'instructor' }, schema: { ...drillId, body: setCoachMode } },
    async (request) => {
      engine.mustRun(request.params.id)
      engine.coaching.setMode(request.body.mode)
      return {}
    },
  )
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

  const finished = (id: string, role: Role | null) => {
    const state = stateOf(id)
    mustNotSpoil(state, role)
    const scenario = scenarioOf(scenarios, state)
    if (!scenario) throw new FiredrillError('not-found', `the scenario '${state.scenario}' is not installed any more`)
    // The answer is for afterwards, even for those who ask early.
    if (state.phase !== 'finished') throw new FiredrillError('wrong-state', 'the debrief comes when the drill is finished')
    return { state, scenario }
  }
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

  // Which check fails says where to look: an on-call engineer finds that out, and the instructor may know.
  app.get('/api/health', async (request) => {
    const { healthy, results } = await engine.health.currentVerdict()
    return { healthy, ...(request.role === 'instructor' ? { results } : {}), at: sampler.samples().at(-1)?.at ?? null }
  })
}
