import { errorAnswer, errorIn, FiredrillError } from '../../model/errors.ts'
import { overLimit } from '../guard-limits.ts'
import { clearly } from '../mcp/clearer.ts'
import { messagesIn, refusal } from '../mcp/messages.ts'
import type { TraineeApi } from '../mcp/tool.ts'
import type { Api } from './context.ts'
import { jsonOrNull } from '../../model/json.ts'

/**
 * MCP over streamable HTTP, without sessions: each request stands for itself, and is answered by JSON. The token, and Host and Origin, are
 * checked before it comes here, as of every request (`guardAccess`).
 */
export function mcpRoutes(app: Api): void {
  app.post(
    '/mcp',
    {
      // What is no JSON is told in the protocol's own form; who is not let in, as everywhere.
      errorHandler: (error, request, reply) => {
        const limit = overLimit(error, request)
        if (limit) return reply.code(limit.httpStatus).send(refusal(-32_000, limit.message))
        if (error instanceof FiredrillError) return reply.code(error.httpStatus).send(errorAnswer(error).body)
        const status = (error as { statusCode?: number }).statusCode ?? 500
        const message = status < 500 && error instanceof Error ? error.message : 'something went wrong here; it is in the log'
        if (status >= 500) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        return reply.code(status).send(refusal(status === 400 ? -32_700 : -32_000, message))
      },
    },
    async (request, reply) => {
      const { authorization, cookie, host = '', accept = '*/*' } = request.headers
      const version = [request.headers['mcp-protocol-version']].flat()[0] || undefined
      if (!/application\/(json|\*)|\*\/\*/i.test(accept))
        return reply.code(406).send(refusal(-32_000, `answers are application/json, which 'Accept: ${accept}' does not take`))
      const given = messagesIn(request.body, version)
      if ('refused' in given) return reply.code(400).send(given.refused)
      if ('done' in given) return reply.code(202).send()
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const api = apiOf(app, { host, ...(authorization ? { authorization } : {}), ...(cookie ? { cookie } : {}) }, gone.signal)
      const response = await answerTo(given.messages, version, api, gone.signal)
      if (response === null) return reply.hijack()
      const text = await response.text()
      const type = response.headers.get('content-type')
      if (type) reply.type(type)
      return reply.code(response.status).send(text === '' ? undefined : text)
    },
  )
  // Nothing is sent unasked, and there is no session to end.
  for (const method of ['GET', 'DELETE'] as const) {
    app.route({
      method,
      url: '/mcp',
      handler: async (_request, reply) =>
        reply
          .code(405)
          .header('allow', 'POST')
          .send({ error: { code: 'bad-request', message: 'ask by POST' } }),
    })
  }
}

/** What the SDK answers, by a server and a transport of this request alone; null when nobody is there any more to read it. */
async function answerTo(messages: unknown, version: string | undefined, api: TraineeApi, gone: AbortSignal): Promise<Response | null> {
  // Loaded for the first agent that comes: most ranges see none.
  const [{ createMcpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
    import('../mcp/server.ts'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
  ])
  const server = createMcpServer(api)
  try {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    // Safe: the SDK's own transport; its type is only stricter about what may be undefined.
    await server.connect(clearly(transport as never))
    // The SDK insists on both forms, whichever it answers in.
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
    const request = new Request('http://range.invalid/mcp', {
      method: 'POST',
      headers: { ...headers, ...(version === undefined ? {} : { 'mcp-protocol-version': version }) },
    })
    const left = new Promise<null>((resolve) => gone.addEventListener('abort', () => resolve(null), { once: true }))
    return await Promise.race([transport.handleRequest(request, { parsedBody: messages }), left])
  } finally {
    await server.close()
  }
}

/** Our own API as whoever asks may use it, for as long as they are there. */
function apiOf(app: Api, headers: Record<string, string>, signal: AbortSignal): TraineeApi {
  async function call<Body>(method: 'GET' | 'POST', url: string, body?: unknown): Promise<Body> {
    const response = await app.inject({ method, url, headers, signal, ...(body === undefined ? {} : { payload: body as object }) })
    const answer = jsonOrNull(response.body)
    if (response.statusCode < 400) return answer as Body
    throw errorIn(answer, `${method} ${url.split('?')[0]} was answered ${response.statusCode}: ${response.body.slice(0, 200)}`)
  }
  return { get: (path) => call('GET', path), post: (path, body = {}) => call('POST', path, body) }
}
