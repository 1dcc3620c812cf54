import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { sessionCookie, tokenRole } from '../access.ts'
import type { Api, ApiContext } from './context.ts'

export function sessionRoutes(app: Api, { context }: ApiContext): void {
  app.get('/api/session', { config: { access: 'public' } }, async (request) => ({ role: request.role, profile: context.config.profile }))

  app.post(
    '/api/session',
    { config: { access: 'public' }, schema: { body: z.object({ token: z.string().max(500) }) } },
    async (request, reply) => {
      const role = tokenRole(request.body.token, context.config.tokens)
      if (role === null || role === 'service')
        throw new FiredrillError('unauthenticated', `this link is not of this range: 'firedrill open' gives the right one`)
      return reply
        .header('set-cookie', `${sessionCookie}=${request.body.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800`)
        .send({ role })
    },
  )

  app.delete('/api/session', { config: { access: 'public' } }, async (_request, reply) =>
    reply.header('set-cookie', `${sessionCookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`).send({ role: null }),
  )
}
