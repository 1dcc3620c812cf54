import type { FastifyReply, FastifyRequest } from 'fastify'
import { FiredrillError, describeError } from '../../model/errors.ts'

/** What stands behind the API, and how to tell that it answers at all. */
export interface Upstream {
  /** As people call it. */
  name: string
  /** Without a slash at its end. */
  base: string
  /** A path that is answered at once whatever else is asked. */
  ready: string
}

/** After so long, whether it answers at all is asked: who waits for one that hangs is told so within seconds. */
const doubtMs = 1_500
const readyMs = 1_500
/** What takes longer is given up by Prometheus and by the store themselves. */
export const longestMs = 15_000
/** Of an answer that is held in memory. */
const mostBytes = 32 * 1024 * 1024

interface Asked extends RequestInit {
  signal?: AbortSignal
  mostBytes?: number
  doubtMs?: number
}

/** One request to what stands behind. Throws where it is not there, hangs, or answers with more than can be held. */
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
    // It answers; how long the rest takes is its own affair.
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

/** Hands a request on, and the answer back; no longer than whoever asked is there. `note` is given what was answered with 200. */
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

/** Aborted when whoever asked is gone before they are answered. */
function whileAsked({ raw }: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  // That of a request that was made within the process.
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
