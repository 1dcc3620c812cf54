import type { ServiceName } from '../../../model/components.ts'
import type { PortName, RangeContext } from '../../context.ts'
import { httpEdges, inboundPort, tcpEdges } from '../edges.ts'
import { spiffeId } from '../identity.ts'
import { peerMode, type PeerMode } from '../peer-authentication.ts'
import { ruleOf } from '../destination-rules.ts'
import type { Resource, TrafficPolicy } from '../resources.ts'
import { breakOffCluster, breaksOff } from './break-off.ts'
import { fromFile, loadAssignment, seconds, socketAddress, typed, type Json } from './json.ts'
import { redisLinkCluster } from './late-answers.ts'
import { hasRuntime } from './runtime.ts'

const httpOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
const unlimited = 4_294_967_295
/** Node closes idle connections after 72 s. The caller closes them earlier, so that no request is sent on a closing one. */
const idleMs = 30_000

/** The name of an Envoy cluster: `orders`, or `orders|canary` of a subset. */
export const clusterName = (to: string, subset?: string): string => (subset === undefined ? to : `${to}|${subset}`)

/** Where one proxy sends requests: to the services and stores that its service calls, and to that service itself. */
export function clustersOf(context: RangeContext, service: ServiceName, resources: readonly Resource[], configDir: string): Json[] {
  const { generations } = context.mesh()
  // A new identity on either side, or other access rules: a changed cluster makes Envoy open its connections again.
  const generation = (peer: ServiceName) => `${generations[service] ?? 0}.${generations[peer] ?? 0}.${peerMode(peer, resources)}`
  const outbound = httpEdges
    .filter(({ from }) => from === service)
    .flatMap(({ to }) => {
      const rule = ruleOf(to, resources)
      const instances = instancesOf(context, to)
      const whole = { name: clusterName(to), policy: rule.trafficPolicy ?? {}, members: instances }
      const subsets = (rule.subsets ?? []).map(({ name, labels, trafficPolicy }) => ({
        name: clusterName(to, name),
        // A subset of a release that does not run is empty.
        members: instances.filter(({ version }) => version === labels.version),
        policy: { ...rule.trafficPolicy, ...trafficPolicy },
      }))
      return [whole, ...subsets].map(({ name, policy, members }) =>
        httpCluster({
          name,
          to,
          policy,
          ports: members.map(({ port }) => context.port(port)),
          configDir,
          mode: peerMode(to, resources),
          generation: generation(to),
        }),
      )
    })
  const stores = tcpEdges
    .filter(({ from }) => from === service)
    .map(({ to }) => ({
      name: to,
      type: 'STATIC',
      connect_timeout: seconds(5_000),
      load_assignment: endpoints(to, [context.port(to === 'rabbitmq' ? 'amqp' : to)]),
      circuit_breakers: { thresholds: [{ max_connections: unlimited, max_pending_requests: unlimited }] },
    }))
  const own = ownPorts(context, service).map(({ cluster, port }) => ownCluster(cluster, context.port(port)))
  return [
    ...outbound,
    ...stores,
    ...(hasRuntime(service) ? [redisLinkCluster(context, service)] : []),
    ...own,
    ...(breaksOff(context, service) ? [breakOffCluster(context, service)] : []),
  ]
}

/** The endpoints of a service: all that run its release are one instance here, and a canary is another. */
const instancesOf = (context: RangeContext, service: ServiceName): { version: string; port: PortName }[] => {
  const canary = context.canary()
  const port = inboundPort(service)
  return [
    ...(port === null ? [] : [{ version: context.deployed(service).version, port }]),
    ...(canary?.service === service ? [{ version: canary.version, port: 'canary-inbound' as const }] : []),
  ]
}

/** The instances behind this proxy: the service and, if it has one, its canary, each with the listener for calls from others. */
export function ownPorts(
  context: RangeContext,
  service: ServiceName,
): { cluster: string; port: PortName; listener: string; inbound: PortName | null }[] {
  const canary = { cluster: 'app-canary', port: 'canary', listener: 'inbound-canary', inbound: 'canary-inbound' } as const
  return [
    { cluster: 'app', port: service, listener: 'inbound', inbound: inboundPort(service) },
    ...(context.canary()?.service === service ? [canary] : []),
  ]
}

/** One instance behind this proxy, on their common loopback. */
const ownCluster = (name: string, port: number): Json => ({
  name,
  type: 'STATIC',
  connect_timeout: seconds(2_000),
  load_assignment: endpoints(name, [port]),
  circuit_breakers: { thresholds: [{ max_connections: unlimited, max_pending_requests: unlimited, max_requests: unlimited }] },
  typed_extension_protocol_options: {
    [httpOptions]: typed(httpOptions, {
      explicit_http_config: { http_protocol_options: {} },
      common_http_protocol_options: { idle_timeout: seconds(idleMs) },
    }),
  },
})

interface HttpCluster {
  name: string
  to: ServiceName
  policy: TrafficPolicy
  ports: number[]
  configDir: string
  mode: PeerMode
  generation: string
}

function httpCluster({ name, to, policy, ports, configDir, mode, generation }: HttpCluster): Json {
  const { connectionPool: { tcp = {}, http = {} } = {}, outlierDetection: outlier, retryBudget, tls, loadBalancer } = policy
  return {
    name,
    type: 'STATIC',
    connect_timeout: seconds(tcp.connectTimeout ?? 10_000),
    load_assignment: endpoints(name, ports),
    // An older name of the same setting.
    lb_policy: loadBalancer?.simple && loadBalancer.simple !== 'LEAST_CONN' ? loadBalancer.simple : 'LEAST_REQUEST',
    metadata: { filter_metadata: { mesh: { generation } } },
    circuit_breakers: {
      thresholds: [
        {
          max_connections: tcp.maxConnections ?? unlimited,
          max_pending_requests: http.http1MaxPendingRequests ?? unlimited,
          max_requests: http.http2MaxRequests ?? unlimited,
          max_retries: http.maxRetries ?? unlimited,
          track_remaining: true,
          ...(retryBudget
            ? {
                retry_budget: {
                  budget_percent: { value: retryBudget.percent ?? 20 },
                  min_retry_concurrency: retryBudget.minRetryConcurrency ?? 3,
                },
              }
            : {}),
        },
      ],
    },
    // Ejected endpoints are not called, unless fewer are left than the policy's minimum health; without one, not even when all are ejected, as in
    // Istio.
    common_lb_config: { healthy_panic_threshold: { value: outlier ? (outlier.minHealthPercent ?? 0) : 50 } },
    ...(outlier
      ? {
          outlier_detection: {
            ...(outlier.consecutive5xxErrors === undefined
              ? { consecutive_5xx: 5 }
              : { consecutive_5xx: outlier.consecutive5xxErrors, enforcing_consecutive_5xx: outlier.consecutive5xxErrors === 0 ? 0 : 100 }),
            ...(outlier.consecutiveGatewayErrors === undefined
              ? { enforcing_consecutive_gateway_failure: 0 }
              : {
                  consecutive_gateway_failure: outlier.consecutiveGatewayErrors,
                  enforcing_consecutive_gateway_failure: outlier.consecutiveGatewayErrors === 0 ? 0 : 100,
                }),
            enforcing_success_rate: 0,
            interval: seconds(outlier.interval ?? 10_000),
            base_ejection_time: seconds(outlier.baseEjectionTime ?? 30_000),
            max_ejection_percent: outlier.maxEjectionPercent ?? 10,
          },
        }
      : {}),
    typed_extension_protocol_options: {
      [httpOptions]: typed(httpOptions, {
        explicit_http_config: { http_protocol_options: {} },
        common_http_protocol_options: {
          idle_timeout: seconds(http.idleTimeout ?? idleMs),
          ...(http.maxRequestsPerConnection ? { max_requests_per_connection: http.maxRequestsPerConnection } : {}),
        },
      }),
    },
    // If no rule says how, as the peer accepts it: Istio's automatic mutual TLS.
    ...((tls?.mode ?? (mode === 'DISABLE' ? 'DISABLE' : 'ISTIO_MUTUAL')) === 'DISABLE'
      ? {}
      : { transport_socket: mutualTls(to, configDir) }),
  }
}

/** Presents this proxy's own certificate, and accepts only the peer's. */
const mutualTls = (to: ServiceName, configDir: string): Json => ({
  name: 'envoy.transport_sockets.tls',
  typed_config: typed('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
    sni: `outbound_.${to}.shop.svc.cluster.local`,
    common_tls_context: {
      ...certificates(configDir),
      alpn_protocols: ['istio'],
      combined_validation_context: {
        default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: spiffeId(to) } }] },
        validation_context_sds_secret_config: { name: 'roots', sds_config: fromFile(configDir, 'sds-roots.json') },
      },
    },
  }),
})

/** A proxy's own certificate and key, from the file that is replaced when they change, and TLS 1.3 alone. */
export const certificates = (configDir: string): Json => ({
  tls_params: { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' },
  tls_certificate_sds_secret_configs: [{ name: 'identity', sds_config: fromFile(configDir, 'sds-identity.json') }],
})

const endpoints = (name: string, ports: readonly number[]): Json => loadAssignment(name, ports.map(socketAddress))
