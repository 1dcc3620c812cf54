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
    /** The token of somebody who has joined the game day that is open, by which the request was let in; null for the range's own tokens. */
    person: string | null
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
  /** Whether a token is of somebody who takes part in the game day that is open: it lets in as a trainee, for as long as that is so. */
  isPerson?: (token: string) => boolean
  /** `host:port` pairs by which browsers may know this server. */
  hosts: readonly string[]
  /** Of pages elsewhere that may use it, with a token of their own: a cookie is only taken from our own pages. */
  origins: readonly string[]
}

/** What such pages may send and read, as clients of MCP in a browser do. */
const crossOrigin = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, accept, mcp-protocol-version, mcp-session-id, last-event-id',
  'access-control-expose-headers': 'mcp-session-id',
  'access-control-max-age': '600',
}

/**
 * Lets in whoever shows a token, by header or by cookie, and only under names that are ours: a page elsewhere can neither rebind
 * its name to this address (Host) nor send what its visitor did not mean (Origin).
 */
export function guardAccess(app: FastifyInstance, { tokens, isPerson = () => false, hosts, origins }: AccessOptions): void {
  app.decorateRequest('role', null)
  app.decorateRequest('person', null)
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    if (!host || !hosts.includes(host.toLowerCase())) {
      const name = (host ?? '').replace(/:\d+$/, '')
      throw new FiredrillError(
        'forbidden',
        `this server is not known as '${host ?? ''}': start the range with 'firedrill up --console-name ${name || 'NAME'}' (FIREDRILL_CONSOLE_NAMES of a container) to let that name in`,
      )
    }
    const own = origin === undefined || hosts.some((known) => origin === `http://${known}` || origin === `https://${known}`)
    if (!own) {
      if (!origins.includes(origin)) {
        throw new FiredrillError(
          'forbidden',
          `requests of pages from ${origin} are not taken: start the range with 'firedrill up --allow-origin ${origin}' to let them in`,
        )
      }
      reply.headers({ ...crossOrigin, 'access-control-allow-origin': origin, vary: 'origin' })
      // Asked by the browser before the request itself, without a token.
      if (request.method === 'OPTIONS') return reply.code(204).send()
    }
    const token = tokenOf(request, own)
    request.role = tokenRole(token, tokens)
    if (request.role === null && token !== undefined && isPerson(token)) {
      request.role = 'trainee'
      request.person = token
    }
    const needed = request.routeOptions.config.access ?? 'trainee'
    if (needed === 'public') return
    if (request.role === null) {
      const how = request.url.startsWith('/mcp') ? `send the trainee's token as 'Authorization: Bearer …'` : 'log in first'
      throw new FiredrillError(
        'unauthenticated',
        `${how}: 'firedrill open' gives ${how === 'log in first' ? 'the link' : 'a link with it'}`,
      )
    }
    if (!grants[request.role].includes(needed)) throw new FiredrillError('forbidden', `this is for the ${needed}`)
  })
}

function tokenOf(request: FastifyRequest, own: boolean): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const cookie = own && new RegExp(`(?:^|;\\s*)${sessionCookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
  return bearer ?? (cookie || undefined)
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
