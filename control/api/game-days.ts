import type { Actor, StatusUpdateKind } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { GameDayState } from '../../model/game-day.ts'
import { sessionCookie } from '../access.ts'
import { assessmentTroubles } from '../assessment.ts'
import { blindTitle, isHidden } from '../blind.ts'
import type { Ledger } from '../ledger.ts'
import { memberKey, personCookie } from '../people.ts'
import { playedWith } from '../shifts.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

interface Said {
  at: number
  by: Actor | undefined
  text: string
  /** The state on the public status page; null for messages within the team. */
  status: StatusUpdateKind | null
}

const cookieTraits = 'Path=/; HttpOnly; SameSite=Strict; Max-Age=604800'

/** The game day: planning it, joining it by its link, roles, and what has been played. */
export function gameDayRoutes(app: Api, { context, gameDays, people, ledger, scenarios, shifts, engine, shells }: ApiContext): void {
  const played = playedWith(scenarios, shifts)
  /** Without the link's code, the ids of browsers, and the scenarios still to come. */
  const forTeam = ({ id, title, mode, scenarios: planned, people: team, drills, plannedAt, endedAt }: GameDayState) => ({
    id,
    title,
    mode,
    plannedAt,
    endedAt,
    of: planned.length,
    people: team.map(({ name, role }) => ({ name, role })),
    drills: drills.map(({ drill, scenario }) => {
      const state = ledger.drill(drill)
      const title = played.get(scenario)?.title ?? scenario
      return { drill, title: state && isHidden(engine.running()) ? blindTitle(state) : title, phase: state?.phase ?? 'aborted' }
    }),
  })

  serve(app, 'GET /api/game-days', { access: 'instructor' }, async () => ({
    gameDays: gameDays.all().map((state) => ({ ...forTeam(state), code: state.code, scenarios: state.scenarios })),
  }))
  serve(app, 'POST /api/game-days', { access: 'instructor' }, async (request) => {
    const { title, scenarios: planned, mode } = request.body
    const state = gameDays.plan(title, planned, mode)
    const warnings = mode === 'assessment' ? assessmentTroubles(context.root, context.dir) : []
    return { ...forTeam(state), code: state.code, scenarios: state.scenarios, warnings }
  })
  serve(app, 'POST /api/game-days/:id/next', { access: 'instructor' }, async (request) => {
    const { id } = await gameDays.next(request.params.id)
    return { drill: id }
  })
  serve(app, 'POST /api/game-days/:id/end', { access: 'instructor' }, async (request) => {
    await gameDays.end(request.params.id)
    return forTeam(gameDays.state(request.params.id))
  })

  serve(app, 'DELETE /api/game-days/:id/people/:name', { access: 'instructor' }, async (request) => {
    gameDays.revoke(request.params.id, request.params.name)
    shells.closeOf(memberKey(request.params.name), 'you were removed from the game day')
    return forTeam(gameDays.state(request.params.id))
  })

  serve(app, 'GET /api/game-day', async (request) => {
    const state = gameDays.current()
    return {
      gameDay: state && { ...forTeam(state), running: engine.running()?.id ?? null, talk: talkOf(ledger, state) },
      me: people.of(request) ?? null,
    }
  })
  serve(app, 'POST /api/game-day/join', { access: 'public' }, async (request, reply) => {
    const { code, name, role } = request.body
    const { gameDay, person } = gameDays.join(code, name, role)
    // Each member gets a token, which ends with the game day; an instructor who joins keeps the instructor's rights.
    const session = request.role === null ? [`${sessionCookie}=${person}; ${cookieTraits}`] : []
    reply.header('set-cookie', [...session, `${personCookie}=${person}; ${cookieTraits}`])
    return forTeam(gameDay)
  })
  serve(app, 'PUT /api/game-day/role', async (request) => {
    const person = people.id(request)
    if (person === null) throw new FiredrillError('wrong-state', 'join the game day first')
    gameDays.takeRole(person, request.body.role)
    const taken = people.of(request)
    if (!taken) throw new FiredrillError('wrong-state', 'the game day is over')
    return taken
  })
  serve(app, 'POST /api/game-day/chat', async (request) => {
    gameDays.say(request.body.text, people.of(request) ?? { name: request.role ?? 'somebody', role: '' })
    return {}
  })
}

/** What the team has said to itself and to its users, in drills and between them, oldest first. */
function talkOf(ledger: Ledger, state: GameDayState): Said[] {
  const between = ledger
    .gameDayEvents(state.id)
    .flatMap((event): Said[] => (event.type === 'said' ? [{ at: event.at, by: event.by, text: event.text, status: null }] : []))
  const within = state.drills
    .flatMap(({ drill }) => ledger.events(drill, ['said', 'status-posted']))
    .flatMap((event): Said[] => {
      if (event.type === 'said') return [{ at: event.at, by: event.by, text: event.text, status: null }]
      if (event.type === 'status-posted') return [{ at: event.at, by: event.by, text: event.text, status: event.status }]
      return []
    })
  return [...between, ...within].toSorted((a, b) => a.at - b.at)
}
