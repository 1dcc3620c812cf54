/** A refusal by the server, in its own words. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** For what a page asks beside what is looked at: the drill does not take it for a look. */
export const aside = { 'x-firedrill-aside': '1' }

async function call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Body> {
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError(0, 'disconnected', 'The control plane does not answer.')
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as Body
  const problem = answer as { error?: { code?: string; message?: string } | string; message?: string } | null
  const error = typeof problem?.error === 'object' ? problem.error : undefined
  throw new ApiError(response.status, error?.code ?? 'failed', error?.message ?? problem?.message ?? `It was answered ${response.status}.`)
}

export const get = <Body>(path: string, headers?: Record<string, string>): Promise<Body> => call('GET', path, undefined, headers)
export const post = <Body>(path: string, body: unknown = {}): Promise<Body> => call('POST', path, body)
export const put = <Body>(path: string, body: unknown): Promise<Body> => call('PUT', path, body)
export const remove = <Body>(path: string): Promise<Body> => call('DELETE', path)
