import { z } from 'zod'
import { actionById, actionsFor } from '../../drills/actions/registry.ts'
import { runAction } from '../../model/api.ts'
import { undoOf } from '../undo.ts'
import type { Api, ApiContext } from './context.ts'

export function actionRoutes(app: Api, { engine, people, range }: ApiContext): void {
  app.get('/api/actions', async () => ({
    actions: actionsFor(range).map(({ id, title, description, kind, caution, params }) => ({
      id,
      title,
      description,
      kind,
      caution: caution ?? null,
      params: z.toJSONSchema(params, { io: 'input' }),
    })),
  }))

  app.post('/api/actions/:id', { schema: { params: z.object({ id: z.string() }), body: runAction } }, async (request) => {
    const action = actionById(request.params.id)
    // How things were is known only before.
    const undo = await undoOf(range, action.id, request.body.params)
    const result = await engine.response.runAction(action.id, request.body.params, {
      role: request.role ?? 'trainee',
      by: people.of(request),
    })
    return { ...result, undo }
  })
}
