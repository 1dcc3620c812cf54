import { FiredrillError } from '../../model/errors.ts'
import { clusterOf } from '../../drills/cluster-edit.ts'
import { actionsFor } from '../../drills/actions/registry.ts'
import { hostsStatus } from '../../range/targets/hosts/range.ts'
import { components } from '../../range/topology.ts'
import { dashboards } from '../../observability/dashboards/registry.ts'
import { runbooks } from '../runbooks.ts'
import { toldDeployments, toldFlags } from '../told-changes.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** The range beside any drill: its components, cluster, changes and load, and the dashboards and runbooks for it. */
export function rangeRoutes(app: Api, { range, sampler, engine, context, ledger, load, looks, people }: ApiContext): void {
  serve(app, 'GET /api/range', async () => ({
    profile: context.config.profile,
    components: sampler.components(),
    topology: components.map(({ name, title, role, calls }) => ({ name, title, role, calls })),
    shopUrl: `http://127.0.0.1:${context.port('gateway-inbound')}/`,
    /** The state of the shop's host, if it is another one. */
    hosts: await hostsStatus(context).catch(() => null),
    watchdogAt: Number(ledger.note('watchdog-at') ?? 0) || null,
    /** What prevents drills, in sentences. */
    troubles: engine.troubles,
    actions: actionsFor(range).length,
    /** Whether the shop is in a cluster, which adds views. */
    cluster: range.cluster !== null,
  }))

  /** The state of each component now, over new connections: `/api/range` may be seconds old. */
  serve(app, 'GET /api/components', async () => ({ components: await range.status() }))

  /** What `kubectl` would show of the shop. */
  serve(app, 'GET /api/cluster', async () => {
    const cluster = clusterOf(range)
    const [pods, services, rollouts, autoscalers, networkPolicies, budgets, events] = await Promise.all([
      cluster.pods(),
      cluster.services(),
      cluster.rollouts(),
      cluster.autoscalers(),
      cluster.networkPolicies(),
      cluster.budgets(),
      cluster.events(),
    ])
    return { pods, services, rollouts, autoscalers, networkPolicies, budgets, events }
  })

  /** Deploys, and changes of the mesh's policy and of feature flags, as graphs mark them. */
  serve(app, 'GET /api/changes', async (request) => {
    const { service } = request.query
    if (service !== undefined) looks.read(people.viewer(request), 'deploys', [service], `deploys of ${service}`)
    const deployments = toldDeployments(await range.releases.history(), request.role, engine.running())
    return {
      deployments: deployments.filter((deployment) => service === undefined || deployment.service === service),
      flags: toldFlags((await range.flags?.history()) ?? [], request.role, engine.running()).filter(
        (change) => service === undefined || change.service === service,
      ),
      policies: (await range.mesh.history()).filter(({ revision }) => revision > 0).map(({ revision, at, by }) => ({ revision, at, by })),
    }
  })

  serve(app, 'GET /api/load', async () => range.load.status())
  serve(app, 'PUT /api/load', { access: 'instructor' }, async (request) => {
    engine.mustTakeChanges()
    await load.setUsers(request.body.users)
    return range.load.status()
  })
  const instructor = { access: 'instructor' } as const
  serve(app, 'GET /api/load/mix', instructor, async () => range.load.mix())
  serve(app, 'PUT /api/load/mix', instructor, async (request) => {
    engine.mustTakeChanges()
    await range.load.setMix(request.body)
    return range.load.mix()
  })
  serve(app, 'GET /api/load/shape', instructor, async () => ({ shape: load.shape }))
  serve(app, 'PUT /api/load/shape', instructor, async (request) => {
    engine.mustTakeChanges()
    load.start(request.body)
    return { shape: load.shape }
  })
  serve(app, 'DELETE /api/load/shape', instructor, async () => {
    await load.stop()
    return { shape: null }
  })

  serve(app, 'GET /api/dashboards', async () => ({ dashboards: dashboards(context.config.profile) }))
  serve(app, 'GET /api/runbooks', async () => ({ runbooks: [...runbooks().values()].map(({ id, title }) => ({ id, title })) }))
  serve(app, 'GET /api/runbooks/:id', (request) => {
    const found = runbooks().get(request.params.id)
    if (!found) throw new FiredrillError('not-found', `there is no runbook '${request.params.id}'`)
    return found
  })
}
