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

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError(0, 'disconnected', 'The control plane does not answer.')
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string } | string
    message?: string
  } | null
  const error = typeof problem?.error === 'object' ? problem.error : undefined
  throw new ApiError(
    response.status,
    error?.code ?? 'failed',
    error?.message ?? problem?.message ?? `The control plane answered with status ${response.status}.`,
  )
}

async function call<Body>(...asked: Parameters<typeof ask>): Promise<Body> {
  return (await (await ask(...asked)).json().catch(() => null)) as Body
}

export const get = <Body>(path: string, headers?: Record<string, string>): Promise<Body> => call('GET', path, undefined, headers)
export const getText = async (path: string): Promise<string> => (await ask('GET', path)).text()
export const post = <Body>(path: string, body: unknown = {}): Promise<Body> => call('POST', path, body)
export const put = <Body>(path: string, body: unknown): Promise<Body> => call('PUT', path, body)
export const remove = <Body>(path: string): Promise<Body> => call('DELETE', path)
