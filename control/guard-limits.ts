import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FiredrillError } from '../model/errors.ts'
import { limitOf, limits, type Limit, type LimitName } from './limits.ts'
import { Rates } from './rates.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The entry of the table whose limit applies; set for every route. */
    limit?: LimitName
  }
}

interface Options {
  /** Identifies the caller, if more than its address is known. */
  asker?: (request: FastifyRequest) => string | null
  /** Off for programs that run on a simulated clock. */
  rated?: boolean
}

/**
 * Applies the limits of the table (`limits.ts`) to every route: size, time, and rate for each caller. A route without a limit is our mistake, and
 * throws when it is registered. To be called after access control, because each role has its own limits.
 */
export function guardLimits(app: FastifyInstance, { asker = () => null, rated = true }: Options = {}): void {
  app.addHook('onRoute', (route) => {
    const methods = [route.method].flat()
    const names = new Set(methods.map((method) => limitOf(method, route.url)))
    const [name] = names
    if (name === null || name === undefined || names.size > 1)
      throw new Error(`${methods.join(', ')} ${route.url} has no limit, or several: name one in control/limits.ts`)
    const limit: Limit = limits[name]
    route.config = { ...route.config, limit: name }
    route.bodyLimit = limit.bytes
    if (limit.ms !== null) route.handlerTimeout = limit.ms
  })

  if (!rated) return
  const rates = new Rates()
  app.addHook('onRequest', async (request, reply) => {
    const name = request.routeOptions.config.limit
    if (name === undefined) return
    const limit: Limit = limits[name]
    const role = request.role ?? 'public'
    const perMinute = limit.perMinute[role] ?? limit.perMinute.trainee
    const who = asker(request) ?? request.ip
    const waitMs = rates.take(`${name} ${role} ${who}`, perMinute)
    if (waitMs === 0) return
    const seconds = Math.ceil(waitMs / 1_000)
    reply.header('retry-after', String(seconds))
    throw new FiredrillError(
      'too-many-requests',
      `${request.method} ${request.url.split('?')[0]?.slice(0, 200)} is answered ${perMinute} times a minute: try again in ${seconds} s`,
    )
  })
}

/** Why Fastify refused a request that was over its limit, in words; null for other errors. */
export function overLimit(error: { code?: string }, request: FastifyRequest): FiredrillError | null {
  const { limit: name } = request.routeOptions.config
  const limit: Limit | null = name === undefined ? null : limits[name]
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new FiredrillError('request-too-large', `this route accepts at most ${(limit?.bytes ?? 0) / 1024} KiB: send less`)
  if (error.code === 'FST_ERR_HANDLER_TIMEOUT')
    return new FiredrillError('timed-out', `no answer came within ${(limit?.ms ?? 0) / 1_000} s: try again later`)
  return null
}
