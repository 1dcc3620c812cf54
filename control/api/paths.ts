import path from 'node:path'
import { loadPaths, pathViews } from '../../drills/paths.ts'
import { isHidden } from '../blind.ts'
import { playableHere } from '../playable.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** Learning paths, and which of their steps are resolved. */
export function pathRoutes(app: Api, { context, scenarios, ledger, engine, range, shells }: ApiContext): void {
  const paths = loadPaths(path.join(context.root, 'paths'))
  serve(app, 'GET /api/paths', async (request) => {
    // They name scenarios, as the catalogue does.
    if (request.role !== 'instructor' && isHidden(engine.running())) return { paths: [] }
    const drills = ledger.drills().flatMap((id) => ledger.drill(id) ?? [])
    return {
      paths: pathViews(
        paths,
        scenarios,
        drills.filter(({ mode }) => mode !== 'rehearsal'),
        await playableHere(range, shells),
      ),
    }
  })
}
