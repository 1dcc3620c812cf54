import { Agent, request } from 'undici'
import { requireCaller } from './caller.ts'
import { HttpError, messageOf } from './errors.ts'
import { counter, histogram } from './metrics.ts'

const duration = histogram('http_client_request_duration_seconds', 'Time for another service to answer', ['peer'] as const)
const failures = counter('http_client_failures_total', 'Calls to another service without an answer, or answered 5xx', ['peer'] as const)

interface ClientOptions {
  /** Name of the callee. */
  peer: string
  url: string
  /** Timeout of the whole call; null for none. */
  timeoutMs: number | null
  connections?: number
}

interface Answer<Body> {
  status: number
  body: Body
}

export type Client = ReturnType<typeof createClient>

/** JSON over HTTP with a pool of connections. Answers below 500 are returned; the rest are `HttpError`s. */
export function createClient({ peer, url, timeoutMs, connections = 32 }: ClientOptions) {
  const agent = new Agent({
    connections,
    connect: { timeout: timeoutMs ?? 0 },
    headersTimeout: timeoutMs ?? 0,
    bodyTimeout: timeoutMs ?? 0,
  })
  failures.inc({ peer }, 0)
  return {
    async call<Body>(
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      route: string,
      options: { json?: unknown; headers?: Record<string, string> } = {},
    ): Promise<Answer<Body>> {
      requireCaller()
      const startedAt = performance.now()
      try {
        const response = await request(new URL(route, url), {
          method,
          dispatcher: agent,
          headers: { ...options.headers, ...(options.json === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
          ...(timeoutMs === null ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
        })
        if (response.statusCode >= 500) {
          // The response may come from a proxy on the way, in its own words.
          await response.body.dump()
          throw new HttpError(502, 'peer-failed', `${peer} answered ${response.statusCode}`)
        }
        // Safe: the peer is a service of this shop, whose schema defines its responses.
        const body = (await response.body.json()) as Body
        return { status: response.statusCode, body }
      } catch (error) {
        failures.inc({ peer })
        if (error instanceof HttpError) throw error
        const timedOut = error instanceof Error && error.name === 'TimeoutError'
        throw new HttpError(timedOut ? 504 : 502, timedOut ? 'peer-timeout' : 'peer-unreachable', `${peer}: ${messageOf(error)}`, {
          cause: error,
        })
      } finally {
        duration.observe({ peer }, (performance.now() - startedAt) / 1_000)
      }
    },
    close: () => agent.close(),
  }
}
