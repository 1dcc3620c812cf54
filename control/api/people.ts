import { drillClock } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { characterIds } from '../../model/people.ts'
import { characters } from '../../people/characters/registry.ts'
import { peopleParameters } from '../../people/parameters.ts'
import { judgedBy } from '../../people/updates.ts'
import { peopleState } from '../../people/state.ts'
import { playedWith } from '../shifts.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** The people whom the trainee can ask. Their number is the same in every scenario, so the list does not reveal what is broken. */
export function peopleRoutes(app: Api, { ledger, engine, scenarios, shifts, people }: ApiContext): void {
  const played = playedWith(scenarios, shifts)
  serve(app, 'GET /api/drills/:id/people', async (request) => {
    const state = ledger.drill(request.params.id)
    if (!state) throw new FiredrillError('not-found', `there is no drill ${request.params.id}`)
    const scenario = played.get(state.scenario)
    const cast = scenario?.people
    const { quiet, muted, reached, wants } = peopleState(state, ledger.events(state.id))
    const now = drillClock(state, state.endedAt ?? Date.now())
    const open = quiet && !quiet.over
    return {
      people: characterIds.map((id) => {
        const { role, reads, reach } = characters[id]
        const wanted = wants.find(({ person, metAt }) => person === id && metAt === null)
        return {
          person: id,
          role,
          reads,
          via: reach.via,
          reached: reached.has(id),
          /** What this person waits for, and the time left; negative when it is overdue. */
          wants: wanted ? { what: wanted.kind, leftMs: wanted.dueAt === null ? null : wanted.dueAt - now } : null,
          ...(request.role === 'instructor'
            ? { beats: cast?.people.find(({ character }) => character === id)?.beats.map(({ id: beat, say }) => ({ beat, say })) ?? [] }
            : {}),
        }
      }),
      communication: (scenario && judgedBy(state, scenario)?.communication) ?? null,
      quietLeftMs: open ? Math.max(0, quiet.until - now) : 0,
      quietsLeft: engine.running()?.id === state.id ? engine.characters.quietsLeft() : 0,
      longestQuietMs: peopleParameters.longestQuietMs,
      muted,
    }
  })
  /** The answer is an event, and takes as long as that person would need. */
  serve(app, 'POST /api/drills/:id/people/:person/messages', async (request) => {
    engine.mustRun(request.params.id)
    engine.characters.ask(request.params.person, request.body.text, people.of(request))
    return {}
  })
  /** Asks for quiet for this long; 0 ends it. */
  serve(app, 'POST /api/drills/:id/quiet', async (request) => {
    engine.mustRun(request.params.id)
    engine.characters.askQuiet(request.body.forMs, people.of(request))
    return { quietsLeft: engine.characters.quietsLeft() }
  })
  serve(app, 'POST /api/drills/:id/people/:person/enter', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.characters.send(request.params.person, request.body.text ?? null)
    return {}
  })
  serve(app, 'PUT /api/drills/:id/people/muted', { access: 'instructor' }, async (request) => {
    engine.mustRun(request.params.id)
    engine.characters.mute(request.body.muted)
    return {}
  })
}
