import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Role } from '../model/api.ts'
import { FiredrillError } from '../model/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that may use the route; `public` asks for none. Routes that do not say are for trainees. */
    access?: Role | 'public'
  }
  interface FastifyRequest {
    role: Role | null
  }
}

export const sessionCookie = 'firedrill'

/** What each role may use. */
const grants: Record<Role, readonly Role[]> = {
  trainee: ['trainee'],
  instructor: ['trainee', 'instructor'],
  service: ['service'],
}

interface AccessOptions {
  tokens: Record<Role, string>
  /** `host:port` pairs by which browsers may know this server. */
  hosts: readonly string[]
}

/**
 * Lets in whoever shows a token, by header or by cookie, and only under names that are ours: a page elsewhere can neither rebind
 * its name to this address (Host) nor send what its visitor did not mean (Origin).
 */
export function guardAccess(app: FastifyInstance, { tokens, hosts }: AccessOptions): void {
  app.decorateRequest('role', null)
  app.addHook('onRequest', async (request) => {
    const { host, origin } = request.headers
    if (!host || !hosts.includes(host)) throw new FiredrillError('forbidden', `this server is not known as '${host ?? ''}'`)
    if (origin !== undefined && !hosts.some((known) => origin === `http://${known}` || origin === `https://${known}`)) {
      throw new FiredrillError('forbidden', `requests from ${origin} are not taken`)
    }
    request.role = roleOf(request, tokens)
    const needed = request.routeOptions.config.access ?? 'trainee'
    if (needed === 'public') return
    if (request.role === null) throw new FiredrillError('unauthenticated', `log in first: 'firedrill open' gives the link`)
    if (!grants[request.role].includes(needed)) throw new FiredrillError('forbidden', `this is for the ${needed}`)
  })
}

function roleOf(request: FastifyRequest, tokens: Record<Role, string>): Role | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const cookie = new RegExp(`(?:^|;\\s*)${sessionCookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
  return tokenRole(bearer ?? cookie, tokens)
}

export function tokenRole(token: string | undefined, tokens: Record<Role, string>): Role | null {
  if (token === undefined) return null
  const given = Buffer.from(token)
  for (const role of ['trainee', 'instructor', 'service'] as const) {
    const known = Buffer.from(tokens[role])
    if (given.length === known.length && timingSafeEqual(given, known)) return role
  }
  return null
}
