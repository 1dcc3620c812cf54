import type { FastifyReply, FastifyRequest } from 'fastify'
import { FiredrillError, describeError } from '../../model/errors.ts'

/** A server behind the API, and how to find out whether it answers at all. */
export interface Upstream {
  /** Its name for people. */
  name: string
  /** Its base URL, without a trailing slash. */
  base: string
  /** A path that it always answers quickly. */
  ready: string
}

/** After this time, its readiness is checked: the client of a server that hangs is told so within seconds. */
const doubtMs = 1_500
const readyMs = 1_500
/** Prometheus and the store give up on slower queries themselves. */
export const longestMs = 15_000
/** Maximum size of an answer held in memory. */
const mostBytes = 32 * 1024 * 1024

interface Asked extends RequestInit {
  signal?: AbortSignal
  mostBytes?: number
  doubtMs?: number
}

/** Sends one request to a backend. Throws if it is down, hangs, or answers with more than can be held in memory. */
export async function ask(upstream: Upstream, path: string, asked: Asked = {}): Promise<{ status: number; type: string; body: Buffer }> {
  const { signal, mostBytes: most = mostBytes, doubtMs: patience = doubtMs, ...init } = asked
  const given = new AbortController()
  const limit = setTimeout(() => given.abort(timedOut(`${upstream.name} gave no answer within ${longestMs / 1_000} s`)), longestMs)
  const doubt = setTimeout(() => {
    isReady(upstream).then((ready) => ready || given.abort(timedOut(`${upstream.name} hangs: it does not even answer its readiness check`)))
  }, patience)
  try {
    const response = await fetch(`${upstream.base}${path}`, {
      ...init,
      signal: signal ? AbortSignal.any([given.signal, signal]) : given.signal,
    })
    // It answers, so the rest may take as long as it needs.
    clearTimeout(doubt)
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? 'application/json',
      body: await bodyOf(upstream, response, most),
    }
  } catch (error) {
    if (error instanceof FiredrillError) throw error
    throw new FiredrillError('component-unreachable', `${upstream.name} does not answer: ${describeError(error)}`, { cause: error })
  } finally {
    clearTimeout(doubt)
    clearTimeout(limit)
  }
}

/** Forwards a request and its answer, until the client disconnects. `note` is called with answers of status 200. */
export async function forward(
  upstream: Upstream,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  init: RequestInit = {},
  note: (body: Buffer) => void = () => {},
) {
  const { status, type, body } = await ask(upstream, path, { ...init, signal: whileAsked(request, reply) })
  if (status === 200) note(body)
  return reply.code(status).type(type).send(body)
}

/** Aborts when the client disconnects before it has the answer. */
function whileAsked({ raw }: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  // The socket of a request that was made within the process.
  raw.once('error', () => gone.abort())
  return gone.signal
}

async function bodyOf({ name }: Upstream, response: Response, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > most)
      throw new FiredrillError('too-large', `the response of ${name} has more than ${Math.floor(most / 1024 / 1024)} MB: ask for less`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const isReady = ({ base, ready }: Upstream): Promise<boolean> =>
  fetch(`${base}${ready}`, { signal: AbortSignal.timeout(readyMs) }).then(
    (response) => response.body?.cancel().then(() => true) ?? true,
    () => false,
  )

const timedOut = (message: string) => new FiredrillError('timed-out', message)
