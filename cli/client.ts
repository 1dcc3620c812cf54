import type { Role } from '../model/api.ts'
import { client, type ApiClient as TypedClient } from '../model/client.ts'
import { FiredrillError, describeError, errorIn } from '../model/errors.ts'
import type { RangeState } from '../range/targets/local/state.ts'
import { request } from './request.ts'
import { jsonOrNull } from '../model/json.ts'

export interface ApiClient {
  get<Body>(path: string): Promise<Body>
  post<Body>(path: string, body?: unknown): Promise<Body>
  put<Body>(path: string, body: unknown): Promise<Body>
  delete<Body>(path: string): Promise<Body>
}

/** The control plane's API, with the token of a role. */
export function typedClient(state: RangeState, role: Role, timeoutMs = 120_000): TypedClient {
  return client(({ method, path, body }) => send(state, role, timeoutMs, method, path, body))
}

async function send(state: RangeState, role: Role, timeoutMs: number, method: string, path: string, body: unknown) {
  const { portBase, tokens } = state.config()
  const base = `http://127.0.0.1:${portBase}`
  return request(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens[role]}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs,
  }).catch((error: unknown) => {
    const reason = describeError(error)
    if (error instanceof FiredrillError && error.code === 'timed-out') {
      const next = `'firedrill status' tells whether the control plane is healthy`
      throw new FiredrillError('timed-out', `${method} ${path}: ${reason}. The request may still be under way: ${next}`, { cause: error })
    }
    throw new FiredrillError('range-not-running', `the control plane on ${base} does not answer (${reason}): run 'firedrill up'`, {
      cause: error,
    })
  })
}

/** The same without types of its answers. */
export function apiClient(state: RangeState, role: Role, timeoutMs = 120_000): ApiClient {
  async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await send(state, role, timeoutMs, method, path, body)
    const content = jsonOrNull(answer.text)
    if (answer.status >= 200 && answer.status < 300) return content as Body
    throw errorIn(content, `${method} ${path} was answered ${answer.status}`)
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
  }
}
