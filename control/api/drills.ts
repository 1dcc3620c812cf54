import type { z } from 'zod'
import { startDrill } from '../../model/api.ts'
import { playableHere } from '../playable.ts'
import { surpriseFor } from '../../drills/surprise.ts'
import { progressOf } from '../../drills/progress.ts'
import type { Role } from '../../model/api.ts'
import { FiredrillError } from '../../model/errors.ts'
import { needsTerminal, type Difficulty } from '../../model/scenario.ts'
import { isHidden, mustBeBlind } from '../blind.ts'
import { assessmentTroubles } from '../assessment.ts'
import { DrillAnswers } from '../drill-answers.ts'
import { Heavy } from '../heavy.ts'
import { PlayedIncidents } from '../played-incidents.ts'
import { playedWith } from '../shifts.ts'
import { publicState } from '../told.ts'
import type { Api, ApiContext } from './context.ts'
import { debriefRoutes, shiftDebriefRoute } from './debrief.ts'
import { courseRoutes } from './drill-course.ts'
import { drillReading, type DrillReading } from './drill-reading.ts'
import { helpRoutes, responseRoutes } from './drill-response.ts'
import { handoverRoutes } from './handovers.ts'
import { serve } from './serve.ts'

/** All routes below `/api/drills`, from starting a drill to its debrief. */
export function drillRoutes(app: Api, api: ApiContext): void {
  const reading = drillReading(api)
  const heavy = new Heavy()
  listRoutes(app, api, reading, heavy)
  startRoute(app, api, reading)
  responseRoutes(app, api, reading)
  helpRoutes(app, api)
  courseRoutes(app, api, reading)
  handoverRoutes(app, api, reading)
  debriefRoutes(app, api, reading, heavy)
  shiftDebriefRoute(app, reading, heavy)
}

/** Lists of drills, progress by them, and the state of one. */
function listRoutes(
  app: Api,
  { ledger, engine, scenarios, shifts, sampler }: ApiContext,
  { played, stateOf, eventsOf, mustNotSpoil }: DrillReading,
  heavy: Heavy,
): void {
  serve(app, 'GET /api/drills', async (request) => {
    const running = engine.running()
    const hides = request.role !== 'instructor' && isHidden(running)
    return {
      drills: played().map((state) => ({
        ...publicState(state),
        ...(hides ? { scenario: '' } : {}),
        // The texts are part of each drill's own view.
        hints: state.hints.map((hint) => ({ ...hint, text: '' })),
      })),
      running: running?.id ?? null,
    }
  })

  const incidents = new PlayedIncidents(ledger, shifts)
  serve(app, 'GET /api/progress', async (request) => {
    const progress = await heavy.one(async () => progressOf(played(), scenarios, incidents.in(played())))
    if (request.role === 'instructor') return progress
    const hides = isHidden(engine.running())
    // Only those who have played a scenario are told which skills it trains.
    const told = progress.skills.map((skill) => ({ ...skill, scenarios: hides ? [] : skill.scenarios.filter((one) => one.played) }))
    return { ...progress, skills: told }
  })

  const answers = new DrillAnswers(ledger, playedWith(scenarios, shifts))
  serve(app, 'GET /api/drills/:id', async (request, reply) => {
    const state = stateOf(request.params.id)
    mustNotSpoil(state, request.role)
    // Summaries that are read are kept, for the routes that use them.
    await eventsOf(state.id)
    const { written, etag } = answers.of(state, request.role)
    // Browsers revalidate by ETag.
    reply.headers({ etag, 'cache-control': 'private, no-cache' })
    return request.headers['if-none-match'] === etag ? reply.code(304).send(undefined) : written
  })

  // Which check fails would show where to look: an on-call engineer has to find that out, and the instructor may know.
  serve(app, 'GET /api/health', async (request) => {
    const { healthy, results } = await engine.health.currentVerdict()
    return { healthy, ...(request.role === 'instructor' ? { results } : {}), at: sampler.samples().at(-1)?.at ?? null }
  })
}

/** Throws if a trainee chooses the cause, or names an unknown variant: the list of variants would reveal part of the answer. */
function mayChoose({ scenario, mode, blind, seed, variant }: z.output<typeof startDrill>, scenarios: ApiContext['scenarios']): void {
  if (seed === undefined && variant === undefined) return
  if (scenario === undefined || mustBeBlind({ mode, blind }))
    throw new FiredrillError(
      'forbidden',
      `what is played in an assessment, a surprise or a blind drill is drawn at random: leave out 'seed' and 'variant'`,
    )
  const wanted = scenarios.get(scenario)
  if (wanted && variant !== undefined && !wanted.variants?.some(({ name }) => name === variant))
    throw new FiredrillError('not-found', `'${scenario}' has no variant '${variant}': leave it out, or give the seed that a debrief names`)
}

/** Throws if the shift does not exist, or other options contradict it. */
function mayChooseShift(
  { shift = '', scenario, difficulty, seed, variant }: z.output<typeof startDrill>,
  shifts: ApiContext['shifts'],
  role: Role | null,
): void {
  if (!shifts.has(shift))
    throw new FiredrillError('not-found', `there is no shift '${shift.slice(0, 60)}': choose ${[...shifts.keys()].join(', ')}`)
  const beside = Object.entries({ scenario, difficulty, variant }).find(([, value]) => value !== undefined)?.[0]
  if (beside !== undefined) throw new FiredrillError('bad-request', `a shift has its own incidents: leave out '${beside}'`)
  if (seed !== undefined && role !== 'instructor')
    throw new FiredrillError('forbidden', "what comes in a shift is drawn at random: leave out 'seed'")
}

function startRoute(app: Api, { context, engine, scenarios, shifts, range, shells }: ApiContext, { played }: DrillReading): void {
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

  serve(app, 'POST /api/drills', async (request) => {
    const { mode, trainee, difficulty, seed, variant } = request.body
    if (mode === 'rehearsal' && request.role !== 'instructor') throw new FiredrillError('forbidden', 'rehearsals are for the instructor')
    if (request.body.shift !== undefined) mayChooseShift(request.body, shifts, request.role)
    else if (shifts.has(request.body.scenario ?? ''))
      throw new FiredrillError('bad-request', `'${request.body.scenario}' is a shift: give it as 'shift'`)
    if (request.role !== 'instructor' && request.body.shift === undefined) mayChoose(request.body, scenarios)
    const trouble = await shells.trouble()
    const wanted = scenarios.get(request.body.scenario ?? '')
    if (trouble !== null && wanted && needsTerminal(wanted))
      throw new FiredrillError('unsupported', `'${wanted.id}' is solved in a terminal, and there is none here: ${trouble}`)
    await engine.settled()
    const scenario = request.body.shift ?? request.body.scenario ?? (await surprise(trainee, difficulty))
    const blind = request.body.blind || request.body.scenario === undefined
    const started = publicState(await engine.start(scenario, { mode, trainee, blind, seed, variant }))
    const warnings = mode === 'assessment' ? assessmentTroubles(context.root, context.dir) : []
    for (const warning of warnings) process.stderr.write(`an assessment has begun, and ${warning}\n`)
    // Where the answers are stored is not for trainees to know.
    return { ...started, ...(request.role === 'instructor' ? { warnings } : {}) }
  })
}
