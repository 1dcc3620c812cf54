import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import { FiredrillError } from '../model/errors.ts'

// Neither `fetch` nor an import: both load undici, the import because it reads all exports. That would take longer than the request.
const http = process.getBuiltinModule('node:http')

interface Request {
  method: string
  headers: Record<string, string>
  body?: string
  timeoutMs: number
}

/** One HTTP request on a new connection. Throws `timed-out` if there is no answer in time. */
export async function request(url: string, { body, timeoutMs, ...options }: Request): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await answerTo(url, { ...options, agent: false, signal }, body)
    return { status: response.statusCode ?? 0, text: await text(response) }
  } catch (error) {
    throw signal.aborted ? new FiredrillError('timed-out', `no answer within ${timeoutMs / 1_000} s`, { cause: error }) : error
  }
}

const answerTo = (url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked: ClientRequest = http.request(url, options, resolve)
    asked.once('error', reject)
    asked.end(body)
  })
