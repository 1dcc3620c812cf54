import path from 'node:path'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { FiredrillError } from '../model/errors.ts'
import { guardAccess } from './access.ts'
import { actionRoutes } from './api/actions.ts'
import { createApp } from './api/app.ts'
import type { Api, ApiContext } from './api/context.ts'
import { guardLimits } from './guard-limits.ts'
import { drillRoutes } from './api/drills.ts'
import { faultRoutes } from './api/faults.ts'
import { gameDayRoutes } from './api/game-days.ts'
import { liveRoutes } from './api/live.ts'
import { mcpRoutes } from './api/mcp.ts'
import { openApiTransform } from './api/open-api.ts'
import { flagRoutes } from './api/flags.ts'
import { meshRoutes } from './api/mesh.ts'
import { pagerRoutes } from './api/pager.ts'
import { pathRoutes } from './api/paths.ts'
import { peopleRoutes } from './api/people.ts'
import { rangeRoutes } from './api/range.ts'
import { scenarioRoutes } from './api/scenarios.ts'
import { serve } from './api/serve.ts'
import { sessionRoutes } from './api/session.ts'
import { shellRoutes, socketRoute } from './api/shells.ts'
import { shiftPlanRoute, shiftRoutes } from './api/shifts.ts'
import { statusRoutes } from './api/status.ts'
import { telemetryRoutes } from './api/telemetry.ts'
import { ticketRoutes } from './api/tickets.ts'
import type { AnswerOf } from '../model/client.ts'

const routes = [
  sessionRoutes,
  shellRoutes,
  scenarioRoutes,
  shiftRoutes,
  shiftPlanRoute,
  drillRoutes,
  actionRoutes,
  faultRoutes,
  gameDayRoutes,
  liveRoutes,
  mcpRoutes,
  meshRoutes,
  flagRoutes,
  pagerRoutes,
  pathRoutes,
  peopleRoutes,
  rangeRoutes,
  statusRoutes,
  telemetryRoutes,
  ticketRoutes,
]

/** The control plane's HTTP server: API, live events and the console. */
export async function createServer(api: ApiContext, { rated = true }: { rated?: boolean } = {}): Promise<Api> {
  const port = api.context.port('control')
  const app = createApp()
  const { names, origins } = api.context.config.console
  const hosts = ['127.0.0.1', 'localhost', '[::1]', ...names].map((name) => (/:\d+$/.test(name) ? name : `${name}:${port}`))
  guardAccess(app, { tokens: api.context.config.tokens, isPerson: (token) => api.gameDays.hasJoined(token), hosts, origins, rated })
  guardLimits(app, { rated, asker: (request) => request.person })
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer').header('x-frame-options', 'DENY')
    if (!/^\/(prometheus|locust)\//.test(request.url)) {
      reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'",
      )
    }
  })

  // Maximum size of one message of input: a paste is split into several.
  await app.register(websocket, { options: { maxPayload: 64 * 1024 } })
  // At any other address, the plugin would accept the socket and close it immediately.
  app.addHook('onRequest', async (request) => {
    if (request.ws && request.routeOptions.url !== socketRoute)
      throw new FiredrillError('not-found', `there is no socket at ${request.url.split('?')[0]?.slice(0, 200)}`)
  })
  await app.register(swagger, {
    openapi: { info: { title: 'Firedrill', version: '1', description: 'Drive a range and its drills.' } },
    transform: openApiTransform,
  })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
  serve(app, 'GET /health', { access: 'public' }, () => ({ status: 'ok' as const }))
  serve(app, 'GET /metrics', { access: 'public' }, async () => registry.metrics())
  serve(app, 'GET /api/openapi.json', () => app.swagger() as AnswerOf<'GET /api/openapi.json'>)
  for (const register of routes) register(app, api)

  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' }
    })
    await scope.register(fastifyStatic, {
      root: path.join(api.context.root, 'console', 'dist'),
      immutable: true,
      maxAge: '1y',
      setHeaders: (response, file) => {
        if (file.endsWith('.html')) response.header('cache-control', 'no-cache')
      },
    })
  })
  app.setNotFoundHandler({}, (request, reply) => {
    if (request.method === 'GET' && !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')) {
      return reply.header('cache-control', 'no-cache').sendFile('index.html')
    }
    return reply.code(404).send({ error: { code: 'not-found', message: `there is no ${request.method} ${request.url.split('?')[0]}` } })
  })
  return app
}
