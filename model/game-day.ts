import { z } from 'zod'
import { actor } from './drill.ts'

/** Roles in an incident team. They are advisory: nobody is kept from helping. */
export const teamRoles = ['commander', 'operations', 'communications', 'observer'] as const
export const teamRole = z.enum(teamRoles)
export type TeamRole = z.infer<typeof teamRole>

/** Everything that can happen on a game day, besides its drills; state is a fold over it. */
export const gameDayEventBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('planned'),
    title: z.string(),
    /** Ids of scenarios, in the order in which they are played. */
    scenarios: z.array(z.string()).min(1),
    mode: z.enum(['learning', 'assessment']),
    /** The secret in the link to join. */
    code: z.string(),
  }),
  z.object({ type: z.literal('joined'), person: z.string(), name: z.string(), role: teamRole }),
  z.object({ type: z.literal('role-taken'), person: z.string(), role: teamRole }),
  /** The lead removed somebody. */
  z.object({ type: z.literal('revoked'), person: z.string() }),
  z.object({ type: z.literal('said'), by: actor, text: z.string() }),
  z.object({ type: z.literal('drill-begun'), drill: z.string(), scenario: z.string() }),
  z.object({ type: z.literal('ended') }),
])
export type GameDayEventBody = z.infer<typeof gameDayEventBody>
const gameDayEvent = z.intersection(z.object({ id: z.number().int(), gameDay: z.string(), at: z.number() }), gameDayEventBody)
export type GameDayEvent = z.infer<typeof gameDayEvent>

export interface GameDayState {
  id: string
  title: string
  scenarios: string[]
  mode: 'learning' | 'assessment'
  code: string
  plannedAt: number
  endedAt: number | null
  /** In the order in which they joined. */
  people: { person: string; name: string; role: TeamRole }[]
  /** The drills so far: the first one plays the first scenario. */
  drills: { drill: string; scenario: string }[]
}

/** Folds events, oldest first, into the state of one game day; null when there are none. */
export function foldGameDay(events: readonly GameDayEvent[]): GameDayState | null {
  const [first, ...rest] = events
  if (first?.type !== 'planned') return null
  const { title, scenarios, mode, code, at } = first
  const state: GameDayState = {
    id: first.gameDay,
    title,
    scenarios,
    mode,
    code,
    plannedAt: at,
    endedAt: null,
    people: [],
    drills: [],
  }
  for (const event of rest) {
    if (event.type === 'joined' && !state.people.some(({ person }) => person === event.person)) {
      state.people.push({ person: event.person, name: event.name, role: event.role })
    }
    if (event.type === 'role-taken') {
      state.people = state.people.map((one) => (one.person === event.person ? { ...one, role: event.role } : one))
    }
    if (event.type === 'revoked') state.people = state.people.filter(({ person }) => person !== event.person)
    if (event.type === 'drill-begun' && !state.drills.some(({ drill }) => drill === event.drill)) {
      state.drills.push({ drill: event.drill, scenario: event.scenario })
    }
    if (event.type === 'ended') state.endedAt ??= event.at
  }
  return state
}
