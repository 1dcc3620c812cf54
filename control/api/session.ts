import { FiredrillError } from '../../model/errors.ts'
import { sessionCookie, tokenRole } from '../access.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** Exchanges the token of a link for a cookie, and tells the role of whoever asks. */
export function sessionRoutes(app: Api, { context }: ApiContext): void {
  serve(app, 'GET /api/session', { access: 'public' }, async (request) => ({ role: request.role, profile: context.config.profile }))

  serve(app, 'POST /api/session', { access: 'public' }, async (request, reply) => {
    const role = tokenRole(request.body.token, context.config.tokens)
    if (role === null || role === 'service')
      throw new FiredrillError('unauthenticated', `this link belongs to another range: 'firedrill open' prints the right one`)
    reply.header('set-cookie', `${sessionCookie}=${request.body.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800`)
    return { role }
  })

  serve(app, 'DELETE /api/session', { access: 'public' }, async (_request, reply) => {
    reply.header('set-cookie', `${sessionCookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`)
    return { role: null }
  })
}
