import type { FastifyInstance, FastifyRequest } from 'fastify'
import { journeyEvents } from '../kit/metrics.ts'

export type Journey = 'browse' | 'checkout'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The user journey of this route, for its service level. */
    journey?: Journey
  }
}

/** Counts each request of a journey as good, slow or an error, as its user would. */
export function countJourneys(app: FastifyInstance, slowAfterMs: Record<Journey, number>): void {
  const events = journeyEvents()
  for (const journey of ['browse', 'checkout'] as const) {
    for (const outcome of ['good', 'slow', 'error']) events.inc({ journey, outcome }, 0)
  }
  const count = (request: FastifyRequest, status: number, elapsedMs: number) => {
    const journey = request.routeOptions.config.journey
    if (!journey) return
    const outcome = status >= 500 || status === 429 ? 'error' : elapsedMs > slowAfterMs[journey] ? 'slow' : 'good'
    events.inc({ journey, outcome })
  }
  app.addHook('onResponse', (request, reply, done) => {
    count(request, reply.statusCode, reply.elapsedTime)
    done()
  })
  // For a user who gave up before the answer it is an error, whatever the answer would have been.
  app.addHook('onRequestAbort', (request, done) => {
    count(request, 500, 0)
    done()
  })
}
