import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ShopComponentName } from '../../model/components.ts'
import { storeOf } from '../../model/telemetry.ts'
import { componentNamed, componentsIn, failingIn } from '../../drills/evidence.ts'
import { isAside, type Looks } from '../looks.ts'
import type { People } from '../people.ts'

/** An answer without a series, a trace or a line begins like this: nothing was read. */
const isEmpty = (body: Buffer): boolean => /"(result|data|traces|logs)":\s*\[\]/.test(body.subarray(0, 300).toString('latin1'))

/** Maximum size of an answer that is inspected, in bytes: nobody reads a longer one. */
const longestRead = 4 * 1024 * 1024

const detailOf = (query: string): string => query.replaceAll(/\s+/g, ' ')

/** Records what is looked at through queries to Prometheus. */
export function lookingAtMetrics(looks: Looks, people: People) {
  return {
    /** Called with the query's parameters, as in its URL. Exemplars are dots on a graph that is drawn anyway, so they are no look by themselves. */
    asked(request: FastifyRequest, path: string, parameters: string): (body: Buffer) => void {
      return (body) => {
        if (!/^(query|query_range|query_exemplars)$/.test(path) || isEmpty(body)) return
        const query = new URLSearchParams(parameters).get('query') ?? ''
        if (path === 'query_exemplars' || isAside(request)) looks.served(people.viewer(request), 'dashboard', componentsIn(query))
        else looks.read(people.viewer(request), 'dashboard', componentsIn(query), detailOf(query))
      }
    },
    /** The dots on a graph. */
    dotted(request: FastifyRequest, query: string): void {
      looks.served(people.viewer(request), 'dashboard', componentsIn(query))
    },
    /** One of the many queries of a dashboard: the page reports which of them are shown. */
    drawn(request: FastifyRequest, query: string, body: Buffer): void {
      if (!isEmpty(body)) looks.served(people.viewer(request), 'dashboard', componentsIn(query))
    },
  }
}

const trace = z.object({
  spans: z.array(
    z.object({
      spanId: z.string(),
      parentSpanId: z.string().nullish(),
      service: z.string(),
      status: z.string(),
      attributes: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
})

/** Records what is looked at through queries to the telemetry store. */
export function lookingAtStore(looks: Looks, people: People) {
  return {
    asked(request: FastifyRequest, { pathname, searchParams }: URL): (body: Buffer) => void {
      return (body) => {
        if (isEmpty(body) || body.byteLength > longestRead) return
        const viewer = people.viewer(request)
        const [, kind, id] = /^\/telemetry\/(traces|logs)(?:\/([^/]+))?\/?$/.exec(pathname) ?? []
        if (kind === undefined || (kind === 'logs' && id !== undefined)) return
        if (kind === 'traces' && id !== undefined) {
          const read = trace.safeParse(JSON.parse(body.toString()))
          if (!read.success) return
          const { spans } = read.data
          looks.served(
            viewer,
            'trace',
            spans.flatMap((span) => [...named(span.service), ...named(storeOf(span))]),
          )
          return looks.read(viewer, 'trace', isAside(request) ? [] : failingIn(spans), `trace ${id}`)
        }
        const view = kind === 'traces' ? 'trace' : 'logs'
        const components = [...new Set(searchParams.getAll('service').flatMap((name) => named(name)))]
        if (isAside(request)) looks.served(viewer, view, components)
        else looks.read(viewer, view, components, `${kind} of ${components.join(', ')}`)
      }
    },
  }
}

const named = (name: string | null): ShopComponentName[] => [componentNamed(name)].flatMap((component) => component ?? [])
