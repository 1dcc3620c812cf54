import fastify from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { errorAnswer, FiredrillError } from '../../model/errors.ts'
import { overLimit } from '../guard-limits.ts'
import type { Api } from './context.ts'

/** Fastify with our limits, validation by zod and our error format; without routes. */
export function createApp(): Api {
  const app: Api = fastify({
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    // As long as Prometheus accepts: a query is part of the URL.
    http: { maxHeaderSize: 1024 * 1024 },
  })
    .setValidatorCompiler(validatorCompiler)
    // Not validated: that would take as long as serialising. Tests validate answers (`control/replay/proven-answers.ts`).
    .setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    const told = overLimit(error, request) ?? error
    if (told instanceof FiredrillError) return reply.code(told.httpStatus).send(errorAnswer(told).body)
    const status = error.statusCode ?? 500
    if (status >= 500) process.stderr.write(`${error.stack ?? error.message}\n`)
    return reply.code(status).send({
      error: {
        code: status >= 500 ? 'internal' : 'bad-request',
        message: status >= 500 ? 'something went wrong in the control plane; its log has the details' : error.message,
      },
    })
  })
  return app
}
