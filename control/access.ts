import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Role } from '../model/api.ts'
import { FiredrillError } from '../model/errors.ts'
import { refusalsPerMinute } from './limits.ts'
import { Rates } from './rates.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that may use the route; `public` needs no token. The default is the trainee. */
    access?: Role | 'public'
  }
  interface FastifyRequest {
    role: Role | null
    /** The token of a member of the open game day, if it authorised the request; null for the range's own tokens. */
    person: string | null
  }
}

export const sessionCookie = 'firedrill'

/** Which routes each role may use. */
const grants: Record<Role, readonly Role[]> = {
  trainee: ['trainee'],
  instructor: ['trainee', 'instructor'],
  service: ['service'],
}

interface AccessOptions {
  tokens: Record<Role, string>
  /** Whether a token belongs to a member of the open game day: it then has the trainee's rights. */
  isPerson?: (token: string) => boolean
  /** `host:port` pairs under which browsers may reach this server. */
  hosts: readonly string[]
  /** Origins of other pages that may use it, with a token of their own: cookies are accepted only from our own pages. */
  origins: readonly string[]
  /** Off for programs that run on a simulated clock. */
  rated?: boolean
}

/** Headers that such pages may send and read, as MCP clients in a browser do. */
const crossOrigin = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type, accept, mcp-protocol-version, mcp-session-id, last-event-id',
  'access-control-expose-headers': 'mcp-session-id',
  'access-control-max-age': '600',
}

/**
 * Authorises requests by token, from the header or the cookie, and only under the server's own host names: another page can neither rebind its name
 * to this address (Host) nor send requests that its visitor did not intend (Origin).
 */
export function guardAccess(app: FastifyInstance, { tokens, isPerson = () => false, hosts, origins, rated = true }: AccessOptions): void {
  const refusal = rated ? countedRefusal() : (_request: FastifyRequest, _reply: FastifyReply, why: FiredrillError) => why
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
          `requests from pages of ${origin} are not accepted: start the range with 'firedrill up --allow-origin ${origin}' to let them in`,
        )
      }
      reply.headers({ ...crossOrigin, 'access-control-allow-origin': origin, vary: 'origin' })
      // The browser's preflight request, which has no token.
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
      const why = `${how}: 'firedrill open' prints ${how === 'log in first' ? 'the link' : 'a link with it'}`
      throw refusal(request, reply, new FiredrillError('unauthenticated', why))
    }
    if (!grants[request.role].includes(needed)) throw refusal(request, reply, new FiredrillError('forbidden', `this is for the ${needed}`))
  })
}

/** Says why a request is refused, or that its address was refused too often. Failed attempts never delay a request with a valid token. */
function countedRefusal() {
  const rates = new Rates()
  return ({ ip, role }: FastifyRequest, reply: FastifyReply, why: FiredrillError): FiredrillError => {
    const waitMs = rates.take(`${role ?? 'nobody'} ${ip}`, refusalsPerMinute)
    if (waitMs === 0) return why
    const seconds = Math.ceil(waitMs / 1_000)
    reply.header('retry-after', String(seconds))
    const often = `requests from ${ip} are refused more than ${refusalsPerMinute} times a minute`
    return new FiredrillError('too-many-requests', `${often}: try again in ${seconds} s, and ${why.message}`)
  }
}

function tokenOf(request: FastifyRequest, own: boolean): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const cookie = own && new RegExp(`(?:^|;\\s*)${sessionCookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1]
  return bearer ?? (cookie || undefined)
}

/** The role that a token is of; null for one of another range, or none. Compared in constant time. */
export function tokenRole(token: string | undefined, tokens: Record<Role, string>): Role | null {
  if (token === undefined) return null
  const given = Buffer.from(token)
  for (const role of ['trainee', 'instructor', 'service'] as const) {
    const known = Buffer.from(tokens[role])
    if (given.length === known.length && timingSafeEqual(given, known)) return role
  }
  return null
}
