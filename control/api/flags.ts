import { flagsOf } from '../../drills/flags.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** The file of feature flags; changes to it are actions like any other. */
export function flagRoutes(app: Api, { range, engine, people }: ApiContext): void {
  serve(app, 'GET /api/flags', async () => ({ json: await flagsOf(range).read() }))
  serve(app, 'PUT /api/flags', async (request) =>
    engine.response.runAction('apply-flags', request.body, { role: request.role ?? 'trainee', by: people.of(request) }),
  )
}
