import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'
import { HttpError } from './errors.ts'

interface Caller {
  gone: boolean
}

const callers = new AsyncLocalStorage<Caller | null>()

/**
 * Remembers of each request that only reads whether who asked still waits for the answer. A service that is behind does well to leave alone what nobody
 * waits for any more; what changes something is carried to its end.
 */
export function rememberCallers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return done()
    const caller: Caller = { gone: false }
    reply.raw.once('close', () => (caller.gone = !reply.raw.writableFinished))
    callers.run(caller, done)
  })
}

/** Throws 499, as proxies call it, when nobody waits for what is done here. */
export function requireCaller(): void {
  if (callers.getStore()?.gone) throw new HttpError(499, 'caller-gone', 'whoever asked did not wait for the answer')
}

/** Does what others wait for as well, whoever began it. */
export const forEveryone = <Result>(work: () => Result): Result => callers.run(null, work)
