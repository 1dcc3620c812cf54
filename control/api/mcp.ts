import { errorIn } from '../../model/errors.ts'
import type { TraineeApi } from '../mcp/tool.ts'
import type { Api } from './context.ts'

/**
 * MCP over streamable HTTP, without sessions: each request stands for itself. The token, and Host and Origin, are checked before it comes
 * here, as of every request (`guardAccess`).
 */
export function mcpRoutes(app: Api): void {
  app.post('/mcp', async (request, reply) => {
    const { authorization, cookie, host = '' } = request.headers
    const api = apiOf(app, { host, ...(authorization ? { authorization } : {}), ...(cookie ? { cookie } : {}) })
    // Loaded for the first agent that comes: most ranges see none.
    const [{ createMcpServer }, { StreamableHTTPServerTransport }] = await Promise.all([
      import('../mcp/server.ts'),
      import('@modelcontextprotocol/sdk/server/streamableHttp.js'),
    ])
    const server = createMcpServer(api)
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    reply.raw.on('close', () => void server.close())
    // Safe: the SDK's own transport; its type is only stricter about what may be undefined.
    await server.connect(transport as never)
    reply.hijack()
    await transport.handleRequest(request.raw, reply.raw, request.body)
  })
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

/** Our own API as whoever asks may use it. */
function apiOf(app: Api, headers: Record<string, string>): TraineeApi {
  async function call<Body>(method: 'GET' | 'POST', url: string, body?: unknown): Promise<Body> {
    const response = await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body as object }) })
    const answer: unknown = response.body === '' ? null : JSON.parse(response.body)
    if (response.statusCode < 400) return answer as Body
    throw errorIn(answer, `${method} ${url} was answered ${response.statusCode}`)
  }
  return { get: (path) => call('GET', path), post: (path, body = {}) => call('POST', path, body) }
}
