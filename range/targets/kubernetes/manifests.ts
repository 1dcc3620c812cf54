import { stringify } from 'yaml'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy'
import { isService, serviceNames, type ComponentName, type ServiceName } from '../../../model/components.ts'
import { postgresQueries } from '../../components/exporters.ts'
import { postgresSettings } from '../../components/postgres.ts'
import { enabledPlugins, rabbitmqConf } from '../../components/rabbitmq.ts'
import type { RangeContext } from '../../context.ts'
import { ofKind, parseResources } from '../../mesh/resources.ts'
import { topology } from '../../topology.ts'
import { agent } from './agent-manifests.ts'
import { chart } from './chart.ts'
import type { Manifests, Resource } from './documents.ts'
import { observability, watchNamespace } from './observability.ts'
import { clusterPort, isDatastore, shopPortNames, sidecarMetricsPort, telemetryPort, workloads, type Workload } from './ports.ts'
import { namespace } from './names.ts'
import { labels, type AllImages } from './pod.ts'
import { workloadOf } from './workload.ts'

const generated = "# Generated from the topology (range/topology.ts) by 'firedrill kubernetes manifests': change that, not this.\n"

/** The documents of one file, each validated with Kubernetes's own schema. */
function documents(resources: readonly Resource[]): string {
  for (const resource of resources) resource.validate()
  return `${generated}${resources.map((resource) => stringify(resource.toJSON(), { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')}`
}
const kustomization = (content: Record<string, unknown>, kind = 'Kustomization') =>
  `${generated}${stringify({ apiVersion: kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1', kind, ...content })}`

/** Everything in `deploy/kubernetes`: the shop, its monitoring, its mesh, and three ways to combine them. */
export function manifests(context: RangeContext, images: AllImages, version: string): Manifests {
  const files: Manifests = {}
  const base = ['namespace.yaml', 'network-policies.yaml', 'config.yaml', ...workloads.map((name) => `${name}.yaml`)]
  files['base/kustomization.yaml'] = kustomization({ resources: base })
  files['base/namespace.yaml'] = documents([
    new Namespace({
      metadata: {
        name: namespace,
        labels: { 'app.kubernetes.io/managed-by': 'firedrill', 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    }),
  ])
  files['base/network-policies.yaml'] = documents(networkPolicies())
  files['base/config.yaml'] = documents(configMaps(context))
  for (const name of workloads) {
    files[`base/${name}.yaml`] = documents([
      new ServiceAccount({ metadata: { name, namespace, labels: labels(name) }, automountServiceAccountToken: false }),
      serviceOf(name),
      ...(isService(name) ? [sidecarOf(name)] : []),
      workloadOf(context, name, images),
    ])
  }
  files['agent/kustomization.yaml'] = kustomization({ resources: ['agent.yaml'] }, 'Component')
  files['agent/agent.yaml'] = documents(agent(images))
  files['mesh/kustomization.yaml'] = kustomization(
    {
      resources: ['policy.yaml', 'observers.yaml'],
      patches: [
        {
          // Istio's init container, which redirects a pod's traffic, needs more than "restricted" allows; with Istio's CNI plugin there is none, and
          // this patch can be removed.
          patch: stringify({
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: {
              name: namespace,
              labels: {
                'istio-injection': 'enabled',
                'pod-security.kubernetes.io/enforce': 'privileged',
                'pod-security.kubernetes.io/warn': 'restricted',
              },
            },
          }),
        },
      ],
    },
    'Component',
  )
  const { policy } = context.mesh()
  files['mesh/policy.yaml'] = `# Generated from range/mesh/policy, as it is.\n${policy}`
  files['mesh/observers.yaml'] = documents(observers(policy))
  files['observability/kustomization.yaml'] = kustomization({ resources: ['observability.yaml'] }, 'Component')
  files['observability/observability.yaml'] = documents(observability(images))
  files['overlays/local/kustomization.yaml'] = kustomization({ resources: ['../../base'], components: ['../../agent'] })
  files['overlays/istio/kustomization.yaml'] = kustomization({ resources: ['../../base'], components: ['../../agent', '../../mesh'] })
  files['overlays/ha/kustomization.yaml'] = kustomization({
    resources: ['../../base', 'availability.yaml'],
    components: ['../../agent', '../../mesh'],
    replicas: serviceNames.map((name) => ({ name, count: 2 })),
  })
  files['overlays/complete/kustomization.yaml'] = kustomization({
    resources: ['../../base'],
    components: ['../../agent', '../../observability'],
  })
  files['overlays/complete-istio/kustomization.yaml'] = kustomization({
    resources: ['../../base'],
    components: ['../../agent', '../../mesh', '../../observability'],
    patches: [
      {
        // Features that are internal to Istio are not offered.
        patch: stringify({
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'observability', namespace: watchNamespace },
          spec: { template: { spec: { containers: [{ name: 'control', env: [{ name: 'FIREDRILL_CLUSTER', value: 'istio' }] }] } } },
        }),
      },
    ],
  })
  files['overlays/ha/availability.yaml'] = documents(availability())
  return { ...files, ...chart(files, images, version, generated) }
}

function serviceOf(name: Workload): Service {
  const ports = shopPortNames
    .flatMap((portName) => {
      const found = clusterPort(portName)
      return found?.service === name ? [found.port] : []
    })
    .filter((port, index, all) => all.indexOf(port) === index)
  const nameOf = (port: number): string =>
    ({ 5432: 'tcp-postgres', 6379: 'tcp-redis', 5672: 'tcp-amqp', 15672: 'http-management' })[port] ??
    (isService(name) ? 'http' : 'http-metrics')
  return new Service({
    metadata: { name, namespace, labels: labels(name) },
    spec: { selector: { app: name }, ports: ports.map((port) => ({ name: nameOf(port), port, targetPort: port })) },
  })
}

/** A separate port for a sidecar's metrics, so that a service has one port, and routes to it need not name one. */
const sidecarOf = (name: ServiceName): Service =>
  new Service({
    metadata: { name: `${name}-sidecar`, namespace, labels: labels(name) },
    spec: { selector: { app: name }, ports: [{ name: 'http-sidecar', port: sidecarMetricsPort, targetPort: sidecarMetricsPort }] },
  })

const configMaps = (context: RangeContext): ConfigMap[] => {
  const settings = {
    ...postgresSettings(context),
    hba_file: '/etc/firedrill/pg_hba.conf',
  }
  const map = (name: Workload, data: Record<string, string>) => new ConfigMap({ metadata: { name, namespace, labels: labels(name) }, data })
  return [
    map('postgres', {
      'postgresql.conf': Object.entries(settings)
        .map(([name, value]) => `${name} = '${value}'\n`)
        .join(''),
      'pg_hba.conf': 'host all all all scram-sha-256\n',
    }),
    map('rabbitmq', { 'rabbitmq.conf': rabbitmqConf(context), enabled_plugins: enabledPlugins }),
    map('postgres-exporter', { 'queries.yaml': stringify(postgresQueries) }),
  ]
}

/** Connections are allowed only along the edges of the topology; to the gateway from everywhere; and to all of them from the monitoring's agent. */
function networkPolicies(): NetworkPolicy[] {
  const from = (app: string) => ({ podSelector: { matchLabels: { app } } })
  const callers = (name: Workload): ComponentName[] =>
    workloads.filter((other) => (topology[other].calls as readonly ComponentName[]).includes(name))
  /** Maintenance jobs of the shop. */
  const jobs = (name: Workload) => (isDatastore(name) ? ['job'] : [])
  return [
    new NetworkPolicy({
      metadata: { name: 'default-deny', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    }),
    ...workloads.map(
      (name) =>
        new NetworkPolicy({
          metadata: { name, namespace, labels: labels(name) },
          spec: {
            podSelector: { matchLabels: { app: name } },
            policyTypes: ['Ingress'],
            ingress: name === 'gateway' ? [{}] : [{ from: ['agent', ...jobs(name), ...callers(name)].map(from) }],
          },
        }),
    ),
    new NetworkPolicy({
      metadata: { name: 'agent', namespace, labels: labels('agent') },
      spec: {
        podSelector: { matchLabels: { app: 'agent' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: serviceNames.map(from), ports: [{ port: telemetryPort }] }],
      },
    }),
  ]
}

/** Services that the mesh's policy lets only their callers use: the agent may read from them. */
function observers(policy: string): AuthorizationPolicy[] {
  const guarded = ofKind(parseResources(policy), 'AuthorizationPolicy').flatMap(({ spec }) =>
    spec.selector ? [spec.selector.matchLabels] : [],
  )
  return guarded.map(
    (app: ServiceName) =>
      new AuthorizationPolicy({
        metadata: { name: `${app}-observer`, namespace },
        spec: {
          selector: { matchLabels: { app } },
          action: 'ALLOW',
          rules: [
            {
              from: [{ source: { principals: [`cluster.local/ns/${namespace}/sa/agent`] } }],
              to: [{ operation: { methods: ['GET'] } }],
            },
          ],
        },
      }),
  )
}

const availability = (): Resource[] =>
  serviceNames.flatMap((name) => [
    new PodDisruptionBudget({
      metadata: { name, namespace, labels: labels(name) },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
    }),
    new HorizontalPodAutoscaler({
      metadata: { name, namespace, labels: labels(name) },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
      },
    }),
  ])
