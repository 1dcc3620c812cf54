import { proxyOf, type ServiceName } from '../../../model/components.ts'
import type { RangeContext } from '../../context.ts'
import { adminPort } from '../edges.ts'
import { meshDir } from '../proxy-folder.ts'
import { maxProgramSize } from '../regex.ts'
import type { Resource } from '../resources.ts'
import { clustersOf } from './clusters.ts'
import { fromFile, loadAssignment, seconds, socketAddress, typed, type Json } from './json.ts'
import { listenersOf } from './listeners.ts'
import { routesOf } from './routes.ts'
import { runtimeLayers } from './runtime.ts'

/** The files of one proxy, by name. All but the bootstrap may change while it runs. */
export interface ProxyConfig {
  clusters: ConfigFile
  listeners: ConfigFile
  routes: ConfigFile[]
}
export interface ConfigFile {
  file: string
  version: string
  /** Name of the text readout with which the proxy reports its version. */
  readout: string
  content: Json
}

/** Translates the policy and the faults on edges into one proxy's configuration. */
export function translate(
  context: RangeContext,
  service: ServiceName,
  resources: readonly Resource[],
  digest: (content: unknown) => string,
): ProxyConfig {
  const dir = meshDir(context, service)
  const file = (name: string, readout: string, type: string, contents: Json[]): ConfigFile => {
    const version = digest(contents)
    return { file: name, version, readout, content: { version_info: version, resources: contents.map((content) => typed(type, content)) } }
  }
  return {
    clusters: file(
      'cds.json',
      'cluster_manager.cds.version_text',
      'envoy.config.cluster.v3.Cluster',
      clustersOf(context, service, resources, dir),
    ),
    listeners: file(
      'lds.json',
      'listener_manager.lds.version_text',
      'envoy.config.listener.v3.Listener',
      listenersOf(context, service, resources, dir),
    ),
    routes: Object.entries(routesOf(context, service, resources)).map(([name, table]) =>
      file(`rds-${name}.json`, `http.${name}.rds.${name}.version_text`, 'envoy.config.route.v3.RouteConfiguration', [table]),
    ),
  }
}

/** The metrics to keep: an Envoy has thousands. None reveals injected faults, because trainees read them. */
const keptStats = [
  String.raw`^cluster\.[^.]+\.upstream_rq_(xx|[1-5]xx|total|timeout|per_try_timeout|retry|retry_success|retry_overflow|retry_backoff_exponential|retry_limit_exceeded|pending_overflow|pending_active|active|time|tx_reset|rx_reset)$`,
  String.raw`^cluster\.[^.]+\.upstream_cx_(active|total|connect_fail|connect_timeout|overflow|destroy_remote_with_active_rq)$`,
  String.raw`^cluster\.[^.]+\.outlier_detection\.ejections_(active|enforced_total|overflow)$`,
  String.raw`^cluster\.[^.]+\.circuit_breakers\.default\.(cx_open|rq_open|rq_pending_open|rq_retry_open)$`,
  String.raw`^cluster\.[^.]+\.membership_(healthy|total)$`,
  String.raw`^cluster\.[^.]+\.ssl\.(connection_error|handshake|fail_verify_.*)$`,
  String.raw`^listener\..*\.ssl\.(connection_error|handshake|fail_verify_.*)$`,
  String.raw`^http\.(inbound(-canary)?|outbound-\w+)\.(downstream_rq_total|downstream_rq_[1-5]?xx|downstream_cx_total|downstream_cx_ssl_total|(mesh\.)?rbac\..*|no_route|no_cluster)$`,
  String.raw`^http\..*\.rds\..*\.(version_text|update_rejected|update_success)$`,
  String.raw`^(cluster_manager\.cds|listener_manager\.lds)\.(version_text|update_rejected|update_success)$`,
  String.raw`^redis\.redis\.(downstream_rq_total|downstream_cx_active|splitter\..*)$`,
  String.raw`^server\.(live|state|uptime|memory_allocated|days_until_first_cert_expiring|concurrency)$`,
]

/** The bootstrap of a proxy: its identity, its admin port, and where the rest of its configuration is. */
export function bootstrap(context: RangeContext, service: ServiceName, instance: string): Json {
  const dir = meshDir(context, service)
  return {
    node: { id: `${proxyOf(service)}-${instance}`, cluster: service },
    admin: { address: socketAddress(context.port(adminPort(service))) },
    // Memory of a burst is returned to the system.
    memory_allocator_manager: { bytes_to_release: 1_048_576, memory_release_interval: seconds(1_000) },
    stats_config: {
      stats_matcher: { inclusion_list: { patterns: keptStats.map((regex) => ({ safe_regex: { regex } })) } },
      histogram_bucket_settings: [
        { match: { suffix: '_rq_time' }, buckets: [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] },
      ],
    },
    dynamic_resources: { lds_config: fromFile(dir, 'lds.json'), cds_config: fromFile(dir, 'cds.json') },
    static_resources: {
      clusters: [
        {
          name: 'telemetry',
          type: 'STATIC',
          connect_timeout: seconds(1_000),
          load_assignment: loadAssignment('telemetry', [socketAddress(context.port('telemetryStore'))]),
        },
      ],
    },
    // Spans are sent a few times a second, not one by one.
    layered_runtime: {
      layers: runtimeLayers(service, dir, {
        're2.max_program_size.error_level': maxProgramSize,
        'tracing.opentelemetry.flush_interval_ms': 1_000,
        'tracing.opentelemetry.min_flush_spans': 500,
      }),
    },
  }
}
