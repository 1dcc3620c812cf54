import type { Role } from '../model/api.ts'
import { client, type ApiClient } from '../model/client.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { RangeState } from '../range/targets/local/state.ts'
import { request } from './request.ts'

/** The API of the control plane of a range on this host, with the token of a role. A request may take 120 s unless told otherwise. Throws `range-not-running` if it does not answer, and `timed-out`. */
export function apiClient(state: RangeState, role: Role, timeoutMs = 120_000): ApiClient {
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
      const next = `'firedrill status' shows whether the control plane is healthy`
      throw new FiredrillError('timed-out', `${method} ${path}: ${reason}. The request may still be under way: ${next}`, { cause: error })
    }
    throw new FiredrillError('range-not-running', `the control plane on ${base} does not answer (${reason}): run 'firedrill up'`, {
      cause: error,
    })
  })
}
