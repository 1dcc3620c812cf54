import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { clusterOf } from '../../drills/cluster-edit.ts'
import { actionsFor } from '../../drills/actions/registry.ts'
import { serviceName } from '../../model/components.ts'
import { loadShape, setLoad, setMix } from '../../model/api.ts'
import { hostsStatus } from '../../range/targets/hosts/range.ts'
import { components } from '../../range/topology.ts'
import { dashboards } from '../../observability/dashboards/registry.ts'
import { runbooks } from '../runbooks.ts'
import { toldDeployments } from '../told-changes.ts'
import type { Api, ApiContext } from './context.ts'

export function rangeRoutes(app: Api, { range, sampler, engine, context, ledger, load, looks, people }: ApiContext): void {
  app.get('/api/range', async () => ({
    profile: context.config.profile,
    components: sampler.components(),
    topology: components.map(({ name, title, role, calls }) => ({ name, title, role, calls })),
    shopUrl: `http://127.0.0.1:${context.port('gateway-inbound')}/`,
    /** How the shop's host is, where it is another one. */
    hosts: await hostsStatus(context).catch(() => null),
    watchdogAt: Number(ledger.note('watchdog-at') ?? 0) || null,
    /** What stands in the way of drills, in sentences. */
    troubles: engine.troubles,
    actions: actionsFor(range).length,
    /** Whether the shop is in a cluster, of which there is more to see. */
    cluster: range.cluster !== null,
  }))

  /** Each component as it is now, over new connections: what `/api/range` has may be seconds old. */
  app.get('/api/components', async () => ({ components: await range.status() }))

  /** What `kubectl` would show of the shop. */
  app.get('/api/cluster', async () => {
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

  /** Deploys and changes of the mesh's policy, as marked on graphs. */
  app.get('/api/changes', { schema: { querystring: z.object({ service: serviceName.optional() }) } }, async (request) => {
    const { service } = request.query
    if (service !== undefined) looks.read(people.viewer(request), 'deploys', [service], `deploys of ${service}`)
    const deployments = toldDeployments(await range.releases.history(), request.role, engine.running())
    return {
      deployments: deployments.filter((deployment) => service === undefined || deployment.service === service),
      policies: (await range.mesh.history()).filter(({ revision }) => revision > 0).map(({ revision, at, by }) => ({ revision, at, by })),
    }
  })

  app.get('/api/load', async () => range.load.status())
  app.put('/api/load', { config: { access: 'instructor' }, schema: { body: setLoad } }, async (request) => {
    engine.mustTakeChanges()
    await load.setUsers(request.body.users)
    return range.load.status()
  })
  const instructor = { access: 'instructor' } as const
  app.get('/api/load/mix', { config: instructor }, async () => range.load.mix())
  app.put('/api/load/mix', { config: instructor, schema: { body: setMix } }, async (request) => {
    engine.mustTakeChanges()
    await range.load.setMix(request.body)
    return range.load.mix()
  })
  app.get('/api/load/shape', { config: instructor }, async () => ({ shape: load.shape }))
  app.put('/api/load/shape', { config: instructor, schema: { body: loadShape } }, async (request) => {
    engine.mustTakeChanges()
    load.start(request.body)
    return { shape: load.shape }
  })
  app.delete('/api/load/shape', { config: instructor }, async () => {
    await load.stop()
    return { shape: null }
  })

  app.get('/api/dashboards', async () => ({ dashboards: dashboards(context.config.profile) }))
  app.get('/api/runbooks', async () => ({ runbooks: [...runbooks().values()].map(({ id, title }) => ({ id, title })) }))
  app.get(
    '/api/runbooks/:id',
    { schema: { params: z.object({ id: z.string() }) } },
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      return (
        runbooks().get(request.params.id) ??
        reply.code(404).send({ error: { code: 'not-found', message: `there is no runbook '${request.params.id}'` } })
      )
    },
  )
}
