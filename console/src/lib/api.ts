import { client, type Fetcher } from '../../../model/client.ts'
import { FiredrillError, errorIn } from '../../../model/errors.ts'
import { jsonOrNull } from '../../../model/json.ts'

/** Sends a request to the server that the page is from; the browser adds the session. */
const fetcher: Fetcher = async ({ method, path, body, headers }) => {
  try {
    const response = await fetch(path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    throw new FiredrillError('range-not-running', 'The control plane does not answer.', { cause: error })
  }
}

/** The control plane's API, as whoever is logged in may use it. */
export const api = client(fetcher)

/** For what a page asks beside what is looked at: the drill does not take it for a look. */
export const aside = { 'x-firedrill-aside': '1' }

/** Whether the server has refused it: what was asked again would be refused again. */
export const isRefusal = (error: unknown): boolean => error instanceof FiredrillError && error.httpStatus >= 400 && error.httpStatus < 500

// Without types of their answers.
async function call<Body>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, headers = {}): Promise<Body> {
  const { status, text } = await fetcher({ route: 'GET /api/scenarios', method, path, body, headers })
  if (status >= 200 && status < 300) return jsonOrNull(text) as Body
  throw errorIn(jsonOrNull(text), `${method} ${path} was answered ${status}`, status)
}
export const get = <Body>(path: string, headers?: Record<string, string>): Promise<Body> => call('GET', path, undefined, headers)
export const getText = async (path: string): Promise<string> =>
  (await fetcher({ route: 'GET /api/scenarios', method: 'GET', path, body: undefined, headers: {} })).text
export const post = <Body>(path: string, body: unknown = {}): Promise<Body> => call('POST', path, body)
export const put = <Body>(path: string, body: unknown): Promise<Body> => call('PUT', path, body)
export const remove = <Body>(path: string): Promise<Body> => call('DELETE', path)
