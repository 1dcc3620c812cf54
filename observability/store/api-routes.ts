import type { FastifyInstance } from 'fastify'
import { searchParameters } from './jaeger-routes.ts'

/**
 * `/api` was the path of the store's own API, which scripts still use; and Grafana 12.0 and 12.1 search for traces there, because they lose the path
 * of a data source's URL. Both are answered: in Jaeger's form with our own fields added, or by the API that alone understands the request. Anything
 * else is refused in Jaeger's form.
 */
export function answerAtApi(app: FastifyInstance): void {
  app.get<{ Querystring: Record<string, unknown> }>('/api/*', async (request, reply) => {
    const rest = request.url.slice('/api'.length)
    // In this order: what Jaeger's API finds, our own finds as well.
    const jaeger = await app.inject(`/jaeger/api${rest}`)
    const own = await app.inject(`/telemetry${rest}`)
    // Jaeger's API would ignore a filter of ours.
    if (own.statusCode === 200 && !Object.keys(request.query).every((name) => searchParameters.has(name))) return own.json<object>()
    const answered = [jaeger, own].filter(({ statusCode }) => statusCode === 200)
    if (answered.length === 0) return reply.code(jaeger.statusCode).send(jaeger.json())
    return Object.assign({}, ...answered.map((answer) => answer.json<object>())) as object
  })
}
