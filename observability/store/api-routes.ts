import type { FastifyInstance } from 'fastify'
import { searchParameters } from './jaeger-routes.ts'

/**
 * Under `/api` the store's own API was once, which scripts still ask; and Grafana 12.0 and 12.1 ask for traces there, since they lose the path of a
 * data source's URL in a search. Both are answered: in Jaeger's form, with the fields of our own beside it, and by one alone what only that
 * one understands. What neither does is refused in Jaeger's form.
 */
export function answerAtApi(app: FastifyInstance): void {
  app.get<{ Querystring: Record<string, unknown> }>('/api/*', async (request, reply) => {
    const rest = request.url.slice('/api'.length)
    // In this order: what Jaeger's has found, our own finds as well.
    const jaeger = await app.inject(`/jaeger/api${rest}`)
    const own = await app.inject(`/telemetry${rest}`)
    // A filter of ours would be none to Jaeger.
    if (own.statusCode === 200 && !Object.keys(request.query).every((name) => searchParameters.has(name))) return own.json<object>()
    const answered = [jaeger, own].filter(({ statusCode }) => statusCode === 200)
    if (answered.length === 0) return reply.code(jaeger.statusCode).send(jaeger.json())
    return Object.assign({}, ...answered.map((answer) => answer.json<object>())) as object
  })
}
