import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.ts'

interface Caller {
  gone: boolean
}

const callers = new AsyncLocalStorage<Caller | null>()

/**
 * Tracks for each read-only request whether its caller still waits for the answer. An overloaded service should not spend time on what nobody waits
 * for any more; changes are always completed.
 */
export function rememberCallers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return done()
    const caller: Caller = { gone: false }
    reply.raw.once('close', () => (caller.gone = !reply.raw.writableFinished))
    callers.run(caller, done)
  })
}

/** Throws 499, as proxies call it, when nobody waits for the current request's answer. */
export function requireCaller(): void {
  if (callers.getStore()?.gone) throw new HttpError(499, 'caller-gone', 'whoever asked did not wait for the answer')
}

/** Runs work that other requests wait for as well, whichever request started it. */
export const forEveryone = <Result>(work: () => Result): Result => callers.run(null, work)
