import { client } from '../../model/client.ts'
import { errorAnswer, FiredrillError } from '../../model/errors.ts'
import { overLimit } from '../guard-limits.ts'
import { clearly } from '../mcp/clearer.ts'
import { messagesIn, refusal } from '../mcp/messages.ts'
import type { TraineeApi } from '../mcp/tool.ts'
import type { Api } from './context.ts'
import { injected } from './injected.ts'

/**
 * MCP over streamable HTTP, without sessions: each request is independent, and is answered as JSON, or as events if the client accepts nothing else.
 * Token, Host and Origin are checked beforehand, as for every request (`guardAccess`).
 */
export function mcpRoutes(app: Api): void {
  app.post(
    '/mcp',
    {
      // Invalid JSON is answered in the protocol's own form; missing authorisation, as everywhere.
      errorHandler: (error, request, reply) => {
        const limit = overLimit(error, request)
        if (limit) return reply.code(limit.httpStatus).send(refusal(-32_000, limit.message))
        if (error instanceof FiredrillError) return reply.code(error.httpStatus).send(errorAnswer(error).body)
        const status = (error as { statusCode?: number }).statusCode ?? 500
        const message =
          status < 500 && error instanceof Error ? error.message : 'something went wrong in the control plane; its log has the details'
        if (status >= 500) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        return reply.code(status).send(refusal(status === 400 ? -32_700 : -32_000, message))
      },
    },
    async (request, reply) => {
      const { authorization, cookie, host = '', accept = '*/*' } = request.headers
      const version = [request.headers['mcp-protocol-version']].flat()[0] || undefined
      const form = /application\/(json|\*)|\*\/\*/i.test(accept) ? 'json' : /text\/(event-stream|\*)/i.test(accept) ? 'events' : null
      if (form === null)
        return reply
          .code(406)
          .send(refusal(-32_000, `answers are application/json or text/event-stream, and 'Accept: ${accept}' takes neither`))
      const given = messagesIn(request.body, version)
      if ('refused' in given) return reply.code(400).send(given.refused)
      if ('done' in given) return reply.code(202).send()
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const headers = { host, ...(authorization ? { authorization } : {}), ...(cookie ? { cookie } : {}) }
      // Our own API as whoever asks may use it, for as long as they are there.
      const api = client(injected(app, { headers, signal: gone.signal }))
      const answer = await answerTo(given.messages, { version, form, api, gone: gone.signal })
      if (answer === null) return reply.hijack()
      if (answer.type) reply.type(answer.type)
      return reply.code(answer.status).send(answer.text === '' ? undefined : answer.text)
    },
  )
  // The server sends nothing by itself, and there is no session to end.
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

/** The SDK's answer, from a server and a transport for this request alone; null when the client has disconnected. */
async function answerTo(
  messages: unknown,
  { version, form, api, gone }: { version: string | undefined; form: 'json' | 'events'; api: TraineeApi; gone: AbortSignal },
): Promise<{ status: number; type: string | null; text: string } | null> {
  // Loaded for the first agent that connects: most ranges never see one.
  const [{ createMcpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
    import('../mcp/server.ts'),
    import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
  ])
  const server = createMcpServer(api)
  try {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: form === 'json' })
    // Safe: the SDK's own transport; its type differs only in optional properties.
    await server.connect(clearly(transport as never))
    // The SDK requires that both forms are accepted, whichever it answers in.
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }
    const request = new Request('http://range.invalid/mcp', {
      method: 'POST',
      headers: { ...headers, ...(version === undefined ? {} : { 'mcp-protocol-version': version }) },
    })
    const left = new Promise<null>((resolve) => gone.addEventListener('abort', () => resolve(null), { once: true }))
    const response = await Promise.race([transport.handleRequest(request, { parsedBody: messages }), left])
    // The stream lasts as long as there is something to answer.
    const text = response && (await Promise.race([response.text(), left]))
    return response && text !== null ? { status: response.status, type: response.headers.get('content-type'), text } : null
  } finally {
    await server.close()
  }
}
