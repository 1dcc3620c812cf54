import type { FastifyInstance } from 'fastify'
import { HttpError } from '../kit/errors.ts'
import { counter } from '../kit/metrics.ts'

/** Accepts `perSecond` requests of user journeys per second, with a burst of one second; 0 accepts all. */
export function limitRate(app: FastifyInstance, perSecond: number): void {
  const refused = counter('http_requests_shed_total', 'Requests refused to protect the shop', [] as const)
  if (perSecond === 0) return
  let tokens = perSecond
  let refilledAt = performance.now()
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.routeOptions.config.journey) return done()
    const now = performance.now()
    tokens = Math.min(perSecond, tokens + ((now - refilledAt) / 1_000) * perSecond)
    refilledAt = now
    if (tokens < 1) {
      refused.inc()
      return done(new HttpError(429, 'too-many-requests', 'the shop is busy: try again in a moment'))
    }
    tokens -= 1
    done()
  })
}
