import { isKeyOf, ownValue } from './own.ts'

/** The catalogue of expected failures: stable code → HTTP status. Messages are for people: what happened, to what, what to do next. */
export const errorCatalogue = {
  'bad-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  /** It has changed since it was read. */
  outdated: 409,
  'wrong-state': 409,
  'range-not-steady': 409,
  'range-not-restored': 409,
  'too-many-requests': 429,
  /** The request is too large. */
  'request-too-large': 413,
  /** The answer would be too large. */
  'too-large': 422,
  internal: 500,
  'component-failed': 502,
  'component-unreachable': 502,
  'timed-out': 504,
  'missing-binary': 500,
  'port-busy': 500,
  'range-not-running': 503,
  unsupported: 501,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof errorCatalogue

/** An expected failure with a stable code; anything else that is thrown is a bug. */
export class FiredrillError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FiredrillError'
    this.code = code
  }
  get httpStatus(): number {
    return errorCatalogue[this.code]
  }
}

/** The answer for an error, which `errorIn` can read: status and body. */
export function errorAnswer(error: unknown): { status: number; body: { error: { code: ErrorCode; message: string } } } {
  const known = error instanceof FiredrillError
  return {
    status: known ? error.httpStatus : errorCatalogue.internal,
    body: { error: { code: known ? error.code : 'internal', message: describeError(error) } },
  }
}

/**
 * The error in an answer of our API, or in one of Prometheus that we forwarded; if the answer has none, `otherwise` with the code for its HTTP
 * status.
 */
export function errorIn(answer: unknown, otherwise: string, status = 500): FiredrillError {
  const { error: problem, errorType } = (answer ?? {}) as { error?: { code?: string; message?: string } | string; errorType?: string }
  if (typeof problem === 'string') return new FiredrillError(ownValue(prometheusCodes, errorType ?? '') ?? 'component-failed', problem)
  const code = problem?.code && isKeyOf(errorCatalogue, problem.code) ? problem.code : codeOf(status)
  return new FiredrillError(code, problem?.message ?? otherwise)
}

/** The first code of the catalogue with this status. */
function codeOf(status: number): ErrorCode {
  // Safe: they are the catalogue's keys.
  const codes = Object.keys(errorCatalogue) as ErrorCode[]
  return codes.find((code) => errorCatalogue[code] === status) ?? (status >= 400 && status < 500 ? 'bad-request' : 'internal')
}

/** By the `errorType` of Prometheus' HTTP API. */
const prometheusCodes: Record<string, ErrorCode> = {
  bad_data: 'bad-request',
  execution: 'bad-request',
  timeout: 'timed-out',
  canceled: 'timed-out',
  not_found: 'not-found',
  unavailable: 'component-unreachable',
}

/** The code of a system error, such as ENOSPC. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** The message of any thrown value, with its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message || ('code' in error ? String(error.code) : error.name)
  const cause = error.cause === undefined ? '' : describeError(error.cause)
  return cause && !own.includes(cause) ? `${own}: ${cause}` : own
}
