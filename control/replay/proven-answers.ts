import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { errorBody } from '../../model/api.ts'
import { jsonOrNull } from '../../model/json.ts'
import { isKeyOf } from '../../model/own.ts'
import { routes, type RouteName } from '../../model/routes/index.ts'
import type { Route } from '../../model/routes/route.ts'
import type { Api } from '../api/context.ts'

/** Paths of forwarded routes, whose refusals are in the other server's form. */
const handedOn = /^\/api\/(prometheus|telemetry|alerts|alert-groups|silences)\b/

/** What is wrong with a route's answer, by its schema: missing fields, wrong types, and unknown fields. Null if nothing is. */
function answerProblem(name: RouteName, answer: unknown): string | null {
  return problemBy(routes[name].answer, answer)
}

function problemBy(schema: z.ZodType, answer: unknown): string | null {
  const { data, error } = schema.safeParse(answer)
  if (error) return z.prettifyError(error)
  return isDeepStrictEqual(data, answer) ? null : `not in the schema: ${unknownIn(answer, data).join(', ') || 'other values'}`
}

/** The paths of `answer` that `parsed` lacks or has otherwise. */
function unknownIn(answer: unknown, parsed: unknown, at = ''): string[] {
  if (isDeepStrictEqual(answer, parsed)) return []
  const [a, b] = [answer, parsed].map((one) => (typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : null))
  if (!a || !b) return [at]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => unknownIn(a[key], b[key], at === '' ? key : `${at}.${key}`))
}

/** The route of the table for a request; undefined if it is none of ours. */
function routeAt(method: string, path: string): RouteName | undefined {
  // Safe: they are the table's keys.
  const names = Object.keys(routes) as RouteName[]
  return names.find((name) => {
    const [verb, pattern = ''] = name.split(' ')
    return verb === method && new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll(/:\w+/g, '[^/]+')}$`).test(path)
  })
}

/** Turns every answer that differs from its schema into an internal error: for tests, which thereby verify the schemas. */
export function proveAnswers(app: Api): void {
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : null
    if (text === null || !String(reply.getHeader('content-type')).startsWith('application/json')) return
    const problem = problemOf(request.method, request.url.split('?')[0] ?? '', request.routeOptions.url, reply.statusCode, text)
    if (problem === null) return
    throw new Error(`${request.method} ${request.url} was answered ${reply.statusCode}, which differs from its schema: ${problem}`)
  })
}

function problemOf(method: string, path: string, route: string | undefined, status: number, text: string): string | null {
  if (status >= 400) return path.startsWith('/api/') && !handedOn.test(path) ? problemBy(errorBody, jsonOrNull(text)) : null
  const exact = `${method} ${route}`
  const name = isKeyOf(routes, exact) ? exact : routeAt(method, path)
  if (name === undefined) return null
  const { status: own = 200, media }: Route = routes[name]
  if (status !== own) return `the status is ${own}`
  return media === undefined ? answerProblem(name, jsonOrNull(text)) : `it is ${media}`
}
