import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { errorBody, type Role } from '../../model/api.ts'
import type { AnswerOf, ParamNames } from '../../model/client.ts'
import { routes, type RouteName, type Routes } from '../../model/routes/index.ts'
import type { Method, Route } from '../../model/routes/route.ts'
import type { Api } from './context.ts'
import { Written } from './written.ts'

type Read<Name extends RouteName, Part extends 'query' | 'body'> =
  Routes[Name] extends Record<Part, infer Schema extends z.ZodType> ? z.output<Schema> : unknown
type ParamsOf<Name extends RouteName> = Routes[Name] extends { params: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : Record<ParamNames<Name>, string>

/** A request to a route, parsed by its schemas. */
type RequestTo<Name extends RouteName> = FastifyRequest<{
  Params: ParamsOf<Name>
  Querystring: Read<Name, 'query'>
  Body: Read<Name, 'body'>
}>
/** For headers, and for answers that are not JSON, which are returned. */
type Reply = FastifyReply<{ Reply: Readable | Buffer | undefined }>

type Handler<Name extends RouteName> = (request: RequestTo<Name>, reply: Reply) => Result<AnswerOf<Name>> | Promise<Result<AnswerOf<Name>>>
type Result<Answer> = Answer | Written<Answer> | Reply

interface Options {
  /** Least role that may use it; the trainee by default. */
  access?: Role | 'public'
}

/** Serves a route of the table (`model/routes`): its input is validated at run time, its answer by the compiler. */
export function serve<Name extends RouteName>(app: Api, name: Name, handler: Handler<Name>): void
export function serve<Name extends RouteName>(app: Api, name: Name, options: Options, handler: Handler<Name>): void
export function serve<Name extends RouteName>(app: Api, name: Name, ...rest: [Handler<Name>] | [Options, Handler<Name>]): void {
  const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest
  const [method, url] = name.split(' ') as [Method, string]
  const { media, status = 200 }: Route = routes[name]
  app.route({
    method,
    url,
    config: options.access === undefined ? {} : { access: options.access },
    schema: schemaOf(url, routes[name]),
    handler: async (request, reply) => {
      // Safe: parsed by the route's schemas.
      const answer = await handler(request as RequestTo<Name>, reply as Reply)
      if (answer === (reply as unknown)) return reply
      if (status !== 200) reply.code(status)
      if (answer instanceof Written) return reply.type('application/json; charset=utf-8').send(answer.text)
      if (media !== undefined) reply.type(media)
      return answer
    },
  })
}

/** A route's schemas in Fastify's form. */
function schemaOf(url: string, { params, query, body, answer, status = 200, media }: Route) {
  const names = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, z.string()])
  return {
    ...(names.length > 0 ? { params: params ?? z.object(Object.fromEntries(names)) } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    response: {
      [status]: media === undefined ? answer : { content: { [media]: { schema: answer } } },
      '4xx': errorBody,
      '5xx': errorBody,
    },
  }
}
