import { serviceNames } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { httpEdges } from '../../range/mesh/edges.ts'
import type { Api, ApiContext } from './context.ts'
import { textDifference } from './text-difference.ts'
import { serve } from './serve.ts'

/** The mesh's policy: the active one, its history, and changes to it, which are actions like any other. */
export function meshRoutes(app: Api, { range, engine, people, looks }: ApiContext): void {
  serve(app, 'GET /api/mesh', async (request) => {
    const { service } = request.query
    const [yaml, history, identities] = await Promise.all([range.mesh.policy(), range.mesh.history(), range.mesh.identities()])
    const viewer = people.viewer(request)
    if (service === undefined) looks.served(viewer, 'mesh', [...serviceNames])
    else looks.read(viewer, 'mesh', [service], `the mesh around ${service}`)
    return {
      yaml,
      revision: history.at(-1)?.revision ?? 0,
      edges: httpEdges.filter(({ from, to }) => service === undefined || from === service || to === service),
      identities: identities.filter((identity) => service === undefined || identity.service === service),
    }
  })

  serve(app, 'GET /api/mesh/history', async () => ({
    revisions: (await range.mesh.history()).map(({ revision, at, by }) => ({ revision, at, by })).toReversed(),
  }))

  serve(app, 'GET /api/mesh/history/:revision', async (request) => {
    const history = await range.mesh.history()
    const index = history.findIndex(({ revision }) => revision === request.params.revision)
    const found = history[index]
    if (!found) throw new FiredrillError('not-found', `there is no revision ${request.params.revision} of the mesh policy`)
    return { ...found, diff: textDifference(history[index - 1]?.yaml ?? found.yaml, found.yaml) }
  })

  /** What a policy would change, or why it would be refused; changes nothing. */
  serve(app, 'POST /api/mesh/check', async (request) => {
    const { yaml } = request.body
    const problem = await range.mesh.check(yaml).then(() => null, problemOf)
    return { problem, diff: textDifference(await range.mesh.policy(), yaml) }
  })

  serve(app, 'PUT /api/mesh', async (request) =>
    engine.response.runAction('apply-mesh-policy', request.body, { role: request.role ?? 'trainee', by: people.of(request) }),
  )
}

/** Why a policy is not supported; any other failure is thrown. */
function problemOf(error: unknown): string {
  if (error instanceof FiredrillError && error.code === 'bad-request') return error.message
  throw error
}
