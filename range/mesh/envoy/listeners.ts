import { proxyOf, type ServiceName } from '../../../model/components.ts'
import type { RangeContext } from '../../context.ts'
import { edgePort, httpEdges, tcpEdges } from '../edges.ts'
import { peerMode } from '../peer-authentication.ts'
import type { Resource } from '../resources.ts'
import { rbacFilters } from './authorization.ts'
import { breakOffListener, breaksOff } from './break-off.ts'
import { certificates, clusterName, ownPorts } from './clusters.ts'
import { fromFile, seconds, socketAddress, typed, type Json } from './json.ts'
import { redisFilter, redisLinkListener } from './late-answers.ts'
import { hasRuntime } from './runtime.ts'

/** The listeners of one proxy: for others, and for its own service. */
export function listenersOf(context: RangeContext, service: ServiceName, resources: readonly Resource[], configDir: string): Json[] {
  const http = httpEdges
    .filter(({ from }) => from === service)
    .map(({ to }) => ({
      name: `outbound-${to}`,
      address: socketAddress(context.port(edgePort(service, to))),
      traffic_direction: 'OUTBOUND',
      filter_chains: [{ name: 'http', filters: [connectionManager(service, `outbound-${to}`, 'egress', configDir)] }],
    }))
  const tcp = tcpEdges
    .filter(({ from }) => from === service)
    .map(({ to }) => ({
      name: `outbound-${to}`,
      address: socketAddress(context.port(edgePort(service, to))),
      traffic_direction: 'OUTBOUND',
      filter_chains: [{ name: 'tcp', filters: [to === 'redis' ? redisFilter() : tcpProxy(to)] }],
    }))
  const own = ownPorts(context, service).flatMap(({ listener, inbound: port }) =>
    port === null ? [] : [inbound(service, resources, configDir, listener, context.port(port))],
  )
  return [
    ...http,
    ...tcp,
    ...(hasRuntime(service) ? [redisLinkListener(context, service)] : []),
    ...own,
    ...(breaksOff(context, service) ? [breakOffListener(context, service)] : []),
  ]
}

function inbound(service: ServiceName, resources: readonly Resource[], configDir: string, name: string, port: number): Json {
  const mode = peerMode(service, resources)
  const filters = [connectionManager(service, name, 'ingress', configDir)]
  const secured = {
    name: 'mtls',
    ...(mode === 'PERMISSIVE' ? { filter_chain_match: { transport_protocol: 'tls' } } : {}),
    filters,
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: typed('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        require_client_certificate: true,
        common_tls_context: {
          ...certificates(configDir),
          alpn_protocols: ['istio'],
          combined_validation_context: {
            default_validation_context: {
              match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { prefix: 'spiffe://firedrill/ns/shop/' } }],
            },
            validation_context_sds_secret_config: { name: 'roots', sds_config: fromFile(configDir, 'sds-roots.json') },
          },
        },
      }),
    },
  }
  const plain = { name: 'plaintext', filters }
  return {
    name,
    address: socketAddress(port),
    traffic_direction: 'INBOUND',
    // A refused connection has no request: the reason is in the connection's log line.
    ...(mode === 'DISABLE' ? {} : { access_log: [accessLog(null, connectionFormat)] }),
    ...(mode === 'PERMISSIVE'
      ? {
          listener_filters: [
            {
              name: 'envoy.filters.listener.tls_inspector',
              typed_config: typed('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'),
            },
          ],
        }
      : {}),
    filter_chains: mode === 'STRICT' ? [secured] : mode === 'DISABLE' ? [plain] : [secured, plain],
  }
}

/** The body of an injected error: the same as for any failed call. */
const likeAnother: Json = {
  filter: { response_flag_filter: { flags: ['FI'] } },
  body_format_override: {
    text_format_source: {
      inline_string: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    },
  },
}

const requestFormat = (listener: string) => ({
  time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%',
  listener,
  method: '%REQ(:METHOD)%',
  path: '%REQ(:PATH)%',
  status: '%RESPONSE_CODE%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  durationMs: '%DURATION%',
  upstream: '%UPSTREAM_CLUSTER%',
  failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  peer: '%DOWNSTREAM_PEER_URI_SAN%',
  traceparent: '%REQ(TRACEPARENT)%',
})

const connectionFormat = {
  time: '%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%',
  listener: 'inbound',
  flags: '%RESPONSE_FLAGS%',
  details: '%CONNECTION_TERMINATION_DETAILS%',
  failure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
  peer: '%DOWNSTREAM_PEER_URI_SAN%',
}

const accessLog = (filter: Json | null, format: Record<string, string>): Json => ({
  name: 'envoy.access_loggers.stdout',
  ...(filter ? { filter } : {}),
  typed_config: typed('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', { log_format: { json_format: format } }),
})

/**
 * Response flags (https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage); those of injected faults are left out.
 */
const flags = ['UH', 'UF', 'UO', 'NR', 'URX', 'NC', 'DT', 'UPE', 'LR', 'UR', 'UC', 'UT', 'DC', 'UMSDR', 'DPE', 'SI', 'OM']

const answered = (op: 'GE' | 'LE', status: number): Json => ({
  status_code_filter: { comparison: { op, value: { default_value: status, runtime_key: `mesh.access_log.${op}` } } },
})

/**
 * Requests that are logged: those that failed, or were refused. A line for each request would cost more than the request. Responses of the proxy's
 * own service are in that service's log.
 */
const worthALine = (direction: 'ingress' | 'egress'): Json => ({
  or_filter: {
    filters: [
      { response_flag_filter: { flags } },
      direction === 'egress' ? answered('GE', 500) : { and_filter: { filters: [answered('GE', 403), answered('LE', 403)] } },
    ],
  },
})

/** Share of incoming requests without a trace that start one. */
const tracedAtDoorPercent = 2

function connectionManager(service: ServiceName, routes: string, direction: 'ingress' | 'egress', configDir: string): Json {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: routes,
      // Callers are identified by the name that their proxy sends.
      ...(direction === 'egress' ? { add_user_agent: true } : {}),
      codec_type: 'AUTO',
      server_header_transformation: 'PASS_THROUGH',
      ...(direction === 'ingress' ? { local_reply_config: { mappers: [likeAnother] } } : {}),
      // A caller whose response breaks off sees it quickly: on a loopback nothing is still in transit.
      delayed_close_timeout: '0.1s',
      stream_idle_timeout: '0s',
      request_timeout: '0s',
      common_http_protocol_options: { idle_timeout: seconds(3_600_000) },
      rds: { route_config_name: routes, config_source: fromFile(configDir, `rds-${routes}.json`) },
      access_log: [accessLog(worthALine(direction), requestFormat(routes))],
      ...(direction === 'ingress' && service !== 'gateway'
        ? { forward_client_cert_details: 'SANITIZE_SET', set_current_client_cert_details: { uri: true } }
        : {}),
      tracing: {
        // All requests use the sampler: for traced ones the caller has decided; of the others, some start a trace at the gateway.
        random_sampling: { value: 100 },
        spawn_upstream_span: false,
        // Where faults act, response flags would reveal that they are injected.
        ...(direction === 'ingress' ? { custom_tags: [{ tag: 'response_flags', literal: { value: '-' } }] } : {}),
        provider: {
          name: 'envoy.tracers.opentelemetry',
          typed_config: typed('envoy.config.trace.v3.OpenTelemetryConfig', {
            service_name: proxyOf(service),
            sampler: {
              name: 'envoy.tracers.opentelemetry.samplers.parent_based',
              typed_config: typed('envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig', {
                wrapped_sampler: {
                  name: 'envoy.tracers.opentelemetry.samplers.trace_id_ratio_based',
                  typed_config: typed('envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig', {
                    sampling_percentage: { numerator: direction === 'ingress' && service === 'gateway' ? tracedAtDoorPercent : 0 },
                  }),
                },
              }),
            },
            http_service: { http_uri: { uri: 'http://telemetry-store/v1/traces', cluster: 'telemetry', timeout: '2s' } },
          }),
        },
      },
      http_filters: [
        ...(direction === 'ingress'
          ? Object.values(rbacFilters).map((name) => ({ name, typed_config: typed('envoy.extensions.filters.http.rbac.v3.RBAC') }))
          : []),
        { name: 'envoy.filters.http.fault', typed_config: typed('envoy.extensions.filters.http.fault.v3.HTTPFault') },
        {
          name: 'envoy.filters.http.router',
          typed_config: typed('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
        },
      ],
    }),
  }
}

const tcpProxy = (to: string): Json => ({
  name: 'envoy.filters.network.tcp_proxy',
  typed_config: typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: to,
    cluster: clusterName(to),
    idle_timeout: '0s',
  }),
})
