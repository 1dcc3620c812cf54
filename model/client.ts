import type { z } from 'zod'
import { errorIn } from './errors.ts'
import { jsonOrNull } from './json.ts'
import type { RouteName, Routes } from './routes/index.ts'
import type { Method } from './routes/route.ts'

/** One request, as the client passes it to its transport. */
export interface Asked {
  /** Its key in the table of routes. */
  route: RouteName
  method: Method
  /** Path with query, relative to the control plane. */
  path: string
  /** The body, sent as JSON; undefined for a request without one. */
  body: unknown
  headers: Readonly<Record<string, string>>
}
/** Sends a request to the control plane, and resolves to the answer, whatever its status. Throws `FiredrillError` if there was no answer. */
export type Fetcher = (asked: Asked) => Promise<{ status: number; text: string }>

type Entry<Name extends RouteName> = Routes[Name]
/** The answer of a route, after parsing. */
export type AnswerOf<Name extends RouteName> = z.output<Entry<Name>['answer']>

/** Names of the parameters in a route's path. */
export type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never
type QueryValue = string | number | boolean | readonly string[] | undefined
type QueryOf<Query extends z.ZodType> =
  | URLSearchParams
  | { [Key in keyof z.input<Query>]: unknown extends z.input<Query>[Key] ? QueryValue : z.input<Query>[Key] }
type Sent<Name extends RouteName> = (Entry<Name> extends { query: infer Query extends z.ZodType } ? { query?: QueryOf<Query> } : unknown) &
  (Entry<Name> extends { body: infer Body extends z.ZodType }
    ? undefined extends z.input<Body>
      ? { body?: z.input<Body> }
      : { body: z.input<Body> }
    : unknown)
/** Path parameters by name, `query` and `body`, and `headers` in addition to the client's own. */
type InputOf<Name extends RouteName> = Record<ParamNames<Name>, string | number> & Sent<Name> & { headers?: Record<string, string> }

type PathsOf<Verb extends Method> = RouteName extends infer Name ? (Name extends `${Verb} ${infer Path}` ? Path : never) : never
type NameOf<Verb extends Method, Path extends string> = Extract<`${Verb} ${Path}`, RouteName>
type Ask<Verb extends Method> = <Path extends PathsOf<Verb>>(
  path: Path,
  ...input: object extends InputOf<NameOf<Verb, Path>> ? [input?: InputOf<NameOf<Verb, Path>>] : [input: InputOf<NameOf<Verb, Path>>]
) => Promise<AnswerOf<NameOf<Verb, Path>>>

/**
 * The API as one function for each route, which takes the route's input and resolves to its answer. Throws `FiredrillError` with the code of the
 * answer's error if the call was refused.
 */
export interface ApiClient {
  get: Ask<'GET'>
  post: Ask<'POST'>
  put: Ask<'PUT'>
  delete: Ask<'DELETE'>
  /** Resolves to the text of a route that does not answer with JSON. */
  text: <Path extends PathsOf<'GET'>>(path: Path, input: Record<ParamNames<Path>, string | number>) => Promise<string>
}

interface Input {
  query?: URLSearchParams | Record<string, QueryValue>
  body?: unknown
  headers?: Record<string, string>
  [param: string]: unknown
}

/** The path of a request, with its parameters filled in and its query. */
function pathOf(route: string, { query, ...params }: Input): string {
  const path = route.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = query instanceof URLSearchParams ? query : searchOf(query ?? {})
  return search.size === 0 ? path : `${path}?${search}`
}

const searchOf = (query: Record<string, QueryValue>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  )

/** The typed client of the control plane's API. It imports the routes as types only, so it loads none of their schemas. */
export function client(fetcher: Fetcher): ApiClient {
  async function ask(method: Method, route: string, input: Input = {}): Promise<string> {
    const { body, headers = {}, ...rest } = input
    const path = pathOf(route, rest)
    // Safe: the client's types allow only routes of the table.
    const name = `${method} ${route}` as RouteName
    const sent = method === 'POST' ? (body ?? {}) : body
    const { status, text } = await fetcher({ route: name, method, path, body: sent, headers })
    if (status >= 200 && status < 300) return text
    throw errorIn(jsonOrNull(text), `${method} ${path} was answered ${status}`, status)
  }
  const json = (method: Method) => async (route: string, input?: object) => jsonOrNull(await ask(method, route, input as Input)) as never
  return {
    get: json('GET'),
    post: json('POST'),
    put: json('PUT'),
    delete: json('DELETE'),
    text: (route, input) => ask('GET', route, input as Input),
  }
}
