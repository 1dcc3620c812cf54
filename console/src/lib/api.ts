import { client, type Fetcher } from '../../../model/client.ts'
import { FiredrillError } from '../../../model/errors.ts'

/** Sends a request to the server of this page; the browser adds the session. */
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

/** The control plane's API, with the rights of the user who is logged in. */
export const api = client(fetcher)

/** For secondary requests of a page, which do not count as looks. */
export const aside = { 'x-firedrill-aside': '1' }

/** Whether the server refused the request: a retry would be refused again. */
export const isRefusal = (error: unknown): boolean => error instanceof FiredrillError && error.httpStatus >= 400 && error.httpStatus < 500
