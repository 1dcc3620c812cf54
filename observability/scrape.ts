import { stringify } from 'yaml'
import type { ComponentName } from '../model/components.ts'
import type { Timing } from './timing.ts'

export interface ScrapeTarget {
  component: ComponentName
  /** Null if there is no target: the job stays, because Prometheus marks a target's series as stale only if its job still exists. */
  address: string | null
  path: string
  /** `shop` for what users depend on, `platform` for monitoring. */
  tier: 'shop' | 'platform'
  /** Set for services of the shop, and for their proxies. */
  service?: string
}

interface PrometheusOptions {
  timing: Timing
  targets: ScrapeTarget[]
  alertmanager: string
}

/** prometheus.yml: one job for each component, so that `job` is the component's name. */
export function renderPrometheus({ timing, targets, alertmanager }: PrometheusOptions): string {
  return stringify(
    {
      global: {
        scrape_interval: `${timing.scrapeSeconds}s`,
        scrape_timeout: `${timing.scrapeSeconds}s`,
        evaluation_interval: `${timing.evaluationSeconds}s`,
      },
      rule_files: ['rules.yml', 'extra/*.yml'],
      alerting: {
        alertmanagers: [{ path_prefix: '/alertmanager', timeout: '3s', static_configs: [{ targets: [alertmanager] }] }],
      },
      scrape_configs: targets.map((target) => ({
        job_name: target.component,
        metrics_path: target.path,
        // Monitoring itself is scraped only every few seconds.
        ...(target.tier === 'platform'
          ? { scrape_interval: `${timing.scrapeSeconds * 5}s`, scrape_timeout: `${timing.scrapeSeconds * 5}s` }
          : {}),
        static_configs:
          target.address === null
            ? []
            : [
                {
                  targets: [target.address],
                  labels: { component: target.component, tier: target.tier, ...(target.service ? { service: target.service } : {}) },
                },
              ],
        metric_relabel_configs: [...dropped, ...sidecarNames],
      })),
    },
    { lineWidth: 0 },
  )
}

/** Istio's sidecars name a peer `outbound|8080||orders.shop.svc.cluster.local`, in another label: this makes it `orders`, as in the local proxies. */
const sidecarNames = [
  { source_labels: ['cluster_name'], regex: 'outbound\\|\\d+\\|[^|]*\\|([a-z-]+)\\..*', target_label: 'envoy_cluster_name' },
  { source_labels: ['cluster_name'], regex: 'inbound\\|.*', target_label: 'envoy_cluster_name', replacement: 'app' },
]

/** Series that nobody here reads, but that cost memory at one scrape a second; those of RabbitMQ's connections are new with each connection. */
const dropped = [
  {
    source_labels: ['__name__'],
    regex:
      '(go_|promhttp_|erlang_mnesia_|erlang_vm_allocators|erlang_vm_msacc|telemetry_|rabbitmq_auth_|rabbitmq_raft_|rabbitmq_connection_|net_conntrack_|prometheus_sd_|prometheus_target_sync_|process_open_handles|nodejs_version_info|nodejs_active_).*',
    action: 'drop',
  },
]
