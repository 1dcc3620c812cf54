import { FiredrillError } from '../../model/errors.ts'
import { difficulties } from '../../model/scenario.ts'
import type { ShiftCard } from '../../model/shift.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import { scoreShift } from '../../drills/shifts/scoring.ts'
import { drawnScenario } from '../../drills/variants.ts'
import { isHidden } from '../blind.ts'
import { playableHere } from '../playable.ts'
import type { Ledger } from '../ledger.ts'
import type { Api, ApiContext } from './context.ts'
import { asPlanned } from './scenarios.ts'
import { serve } from './serve.ts'

/** The list of shifts. */
export function shiftRoutes(app: Api, { shifts, ledger, range, engine, shells }: ApiContext): void {
  /** A drill is scored once: a finished drill does not change. */
  const scores = new Map<string, number>()
  serve(app, 'GET /api/shifts', async (request) => {
    const running = engine.running()
    // For a shift, trainees may know which one is played; for any other blind drill, nothing.
    if (request.role !== 'instructor' && isHidden(running) && !running?.shift) return { shifts: [] }
    const playable = await playableHere(range, shells)
    const finished = finishedShifts(ledger, shifts, scores)
    return {
      shifts: [...shifts.values()]
        .toSorted((a, b) => difficulties.indexOf(a.shift.difficulty) - difficulties.indexOf(b.shift.difficulty))
        .map(({ shift, played }): ShiftCard => {
          const { id, title, summary, difficulty, limit, brief } = shift
          const own = finished.filter((drill) => drill.shift === id)
          const best = own.toSorted((a, b) => b.score - a.score)[0]
          return {
            id,
            title,
            summary,
            difficulty,
            brief,
            limitMs: limit,
            plays: own.length,
            best: best
              ? {
                  score: best.score,
                  drill: best.drill,
                }
              : null,
            playable: (played.incidents ?? []).every(({ scenario }) => playable(scenario)),
          }
        }),
    }
  })
}

/** A shift as it would be played with a seed, for those who prove it. */
export function shiftPlanRoute(app: Api, { shifts }: ApiContext): void {
  serve(app, 'GET /api/shifts/:id/plan', { access: 'instructor' }, async (request) => {
    const read = shifts.get(request.params.id)
    if (!read) throw new FiredrillError('not-found', `there is no shift '${request.params.id.slice(0, 60)}'`)
    return { shift: read.shift, played: asPlanned(drawnScenario(read.played, { seed: request.query.seed, variant: null })) }
  })
}

function finishedShifts(
  ledger: Ledger,
  shifts: ReadonlyMap<string, ReadShift>,
  scores: Map<string, number>,
): { drill: string; shift: string; score: number }[] {
  return ledger.drills().flatMap((drill) => {
    const state = ledger.drill(drill)
    const read = state?.shift ? shifts.get(state.scenario) : undefined
    if (!state || !read || state.phase !== 'finished' || state.mode === 'rehearsal') return []
    const score = scores.get(drill) ?? scoreShift(state, ledger.events(drill), read.shift, drawnScenario(read.played, state)).total
    scores.set(drill, score)
    return [{ drill, shift: state.scenario, score }]
  })
}
