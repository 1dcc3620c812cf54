import type { ServiceName } from '../../../model/components.ts'
import type { EdgeFault } from '../../../model/mesh.ts'
import type { MeshState, RangeContext } from '../../context.ts'
import { httpEdges } from '../edges.ts'
import { ofKind, type HeaderMatch, type HttpRoute, type Resource, type StringMatch } from '../resources.ts'
import { authorizationOf } from './authorization.ts'
import { breakOffName } from './break-off.ts'
import { clusterName, ownPorts } from './clusters.ts'
import { fraction, seconds, typed, type Json } from './json.ts'

const faultFilter = 'envoy.filters.http.fault'
const httpFault = 'envoy.extensions.filters.http.fault.v3.HTTPFault'
/** Istio's defaults for a policy that asks for retries without conditions. */
const usualRetryOn = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', '503']

/** The route tables of one proxy, by name: one for each service that its own service calls, and one for each instance behind it. */
export function routesOf(context: RangeContext, service: ServiceName, resources: readonly Resource[]): Record<string, Json> {
  const { faults } = context.mesh()
  const outbound = httpEdges
    .filter(({ from }) => from === service)
    .map(({ to }) => [`outbound-${to}`, table(`outbound-${to}`, outboundRoutes(service, to, resources))] as const)
  const own = ownPorts(context, service).map(
    ({ listener, cluster }) => [listener, table(listener, inboundRoutes(service, cluster, resources, faults))] as const,
  )
  return Object.fromEntries([...outbound, ...own])
}

const table = (name: string, routes: Json[]): Json => ({
  name,
  validate_clusters: false,
  virtual_hosts: [{ name, domains: ['*'], routes }],
})

/** The first matching route applies, as in a `VirtualService`; without one, everything goes to the service. */
function outboundRoutes(from: ServiceName, to: ServiceName, resources: readonly Resource[]): Json[] {
  const written = ofKind(resources, 'VirtualService').find(({ spec }) => spec.hosts.includes(to))?.spec.http
  if (!written) return [{ match: { prefix: '/' }, route: { cluster: clusterName(to), timeout: '0s' } }]
  return written.flatMap((route) =>
    matchesOf(route, from).map((match) => ({
      ...(route.name ? { name: route.name } : {}),
      match,
      route: action(route),
      ...policyFault(route),
    })),
  )
}

function matchesOf({ match }: HttpRoute, from: ServiceName): Json[] {
  if (!match) return [{ prefix: '/' }]
  return match
    .filter(({ sourceLabels }) => sourceLabels === undefined || sourceLabels === from)
    .map(({ uri, method, headers = {} }) => ({
      ...pathMatch(uri),
      headers: [
        ...(method ? [headerMatch(':method', method)] : []),
        ...Object.entries(headers).map(([name, value]) => headerMatch(name.toLowerCase(), value)),
      ],
    }))
}

function pathMatch(uri: StringMatch | undefined): Json {
  if (!uri) return { prefix: '/' }
  if ('exact' in uri) return { path: uri.exact }
  return 'prefix' in uri ? { prefix: uri.prefix } : { safe_regex: { regex: uri.regex } }
}

const headerMatch = (name: string, match: HeaderMatch): Json =>
  'present' in match
    ? { name, present_match: true }
    : { name, string_match: 'regex' in match ? { safe_regex: { regex: match.regex } } : match }

function action({ route, timeout, retries }: HttpRoute): Json {
  const target = ({ host, subset }: HttpRoute['route'][number]['destination']) => clusterName(host, subset)
  const [only, ...others] = route
  return {
    ...(others.length === 0 && only
      ? { cluster: target(only.destination) }
      : { weighted_clusters: { clusters: route.map(({ destination, weight = 0 }) => ({ name: target(destination), weight })) } }),
    timeout: seconds(timeout ?? 0),
    ...(retries && retries.attempts > 0 ? { retry_policy: retryPolicy(retries) } : {}),
  }
}

function retryPolicy({ attempts, perTryTimeout, retryOn = usualRetryOn }: NonNullable<HttpRoute['retries']>): Json {
  const statuses = retryOn.filter((reason) => /^\d{3}$/.test(reason)).map(Number)
  const reasons = retryOn.filter((reason) => !/^\d{3}$/.test(reason) && (reason !== 'retriable-status-codes' || statuses.length === 0))
  return {
    retry_on: [...reasons, ...(statuses.length > 0 ? ['retriable-status-codes'] : [])].join(','),
    num_retries: attempts,
    ...(!perTryTimeout ? {} : { per_try_timeout: seconds(perTryTimeout) }),
    ...(statuses.length > 0 ? { retriable_status_codes: statuses } : {}),
    retry_back_off: { base_interval: '0.025s', max_interval: '0.25s' },
  }
}

/** A fault in the policy itself: at the caller, before anything is sent, as in Istio. Without a percentage, it affects no request. */
function policyFault({ fault }: HttpRoute): Json {
  if (!fault) return {}
  return {
    typed_per_filter_config: {
      [faultFilter]: typed(httpFault, {
        ...(fault.delay
          ? {
              delay: {
                fixed_delay: seconds(fault.delay.fixedDelay),
                percentage: fraction(fault.delay.percentage?.value ?? fault.delay.percent ?? 0),
              },
            }
          : {}),
        ...(fault.abort
          ? { abort: { http_status: fault.abort.httpStatus, percentage: fraction(fault.abort.percentage?.value ?? 0) } }
          : {}),
      }),
    },
  }
}

/** A caller is identified by the name that its proxy sends; faults on an edge act here, where the caller's policy can respond to them. */
function inboundRoutes(service: ServiceName, cluster: string, resources: readonly Resource[], faults: MeshState['faults']): Json[] {
  const authorization = authorizationOf(service, resources)
  const route = (match: Json, filters: Json = {}, leadsTo = cluster): Json => ({
    match,
    route: { cluster: leadsTo, timeout: '0s' },
    typed_per_filter_config: { ...authorization, ...filters },
  })
  const broken = faults
    .filter(({ to }) => to === service)
    .flatMap(({ from, fault }) => {
      const headers = [
        { name: 'x-envoy-downstream-service-cluster', string_match: { exact: from } },
        ...(fault.instance ? [{ name: 'x-envoy-downstream-service-node', string_match: { exact: fault.instance } }] : []),
        ...(fault.header ? [{ name: fault.header.name, string_match: { exact: fault.header.value } }] : []),
      ]
      const matching = (share: number | null): Json => ({
        prefix: '/',
        headers,
        ...(share === null ? {} : { runtime_fraction: { default_value: fraction(share) } }),
      })
      return [
        ...(fault.reset ? [route(matching(fault.reset.percent), {}, breakOffName)] : []),
        ...spread(fault).map(({ share, filter }) => route(matching(share), { [faultFilter]: filter })),
      ]
    })
  return [...broken, route({ prefix: '/' })]
}

/** This many delays approximate an even distribution. */
const jitterSteps = 8

/** A fault on a request, apart from its delay, as Envoy's filter has it. */
export const failing = ({ abort, bandwidth }: EdgeFault): Json => ({
  ...(abort ? { abort: { http_status: abort.httpStatus, percentage: fraction(abort.percent) } } : {}),
  ...(bandwidth
    ? { response_rate_limit: { fixed_limit: { limit_kbps: bandwidth.kibPerSecond }, percentage: fraction(bandwidth.percent) } }
    : {}),
})

/** One route, or with jitter several with equal shares: each takes its part of what the previous ones have left. */
function spread({ delay, ...others }: EdgeFault): { share: number | null; filter: Json }[] {
  const broken = failing(others)
  if (!delay) return [{ share: null, filter: typed(httpFault, broken) }]
  const steps = delay.jitterMs > 0 ? jitterSteps : 1
  return Array.from({ length: steps }, (_, step) => {
    const fixedMs = delay.fixedDelayMs + (steps === 1 ? 0 : delay.jitterMs * ((2 * step) / (steps - 1) - 1))
    const filter = { delay: { fixed_delay: seconds(Math.max(1, Math.round(fixedMs))), percentage: fraction(delay.percent) }, ...broken }
    return { share: step === steps - 1 ? null : 100 / (steps - step), filter: typed(httpFault, filter) }
  })
}
