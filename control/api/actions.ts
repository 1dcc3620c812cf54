import { actionById, actionsFor } from '../../drills/actions/registry.ts'
import { undoOf } from '../undo.ts'
import type { Api, ApiContext } from './context.ts'
import { parametersOf } from './parameters.ts'
import { serve } from './serve.ts'

/** The actions that this range offers, and running one: for trainees as well, and recorded in the drill that runs. */
export function actionRoutes(app: Api, { engine, people, range }: ApiContext): void {
  serve(app, 'GET /api/actions', async () => ({
    actions: actionsFor(range).map(({ id, title, description, kind, caution, params }) => ({
      id,
      title,
      description,
      kind,
      caution: caution ?? null,
      params: parametersOf(params),
    })),
  }))

  serve(app, 'POST /api/actions/:id', async (request) => {
    const action = actionById(request.params.id)
    // The previous state has to be read before the action runs.
    const undo = await undoOf(range, action.id, request.body.params)
    const result = await engine.response.runAction(action.id, request.body.params, {
      role: request.role ?? 'trainee',
      by: people.of(request),
    })
    return { ...result, undo }
  })
}
