import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { isService, type ServiceName } from '../../../model/components.ts'
import { nodeExporter, postgresExporter, redisExporter } from '../../components/exporters.ts'
import type { Component } from '../../component.ts'
import type { PortName, RangeContext } from '../../context.ts'
import { topology } from '../../topology.ts'
import { dataRoot } from './context.ts'
import { isDatastore, type Workload } from './ports.ts'
import { namespace } from './names.ts'
import { configVolume, environment, restricted, labels, pod, tmp, memory, http, type Images } from './pod.ts'
import { datastoreSet } from './datastores.ts'

/** A service of the shop, from its definition in the topology. */
function serviceDeployment(context: RangeContext, name: ServiceName, images: Images): Deployment {
  const component: Component = topology[name]
  const { file, args, env } = component.process(context)
  const { version } = context.deployed(name)
  const port = context.port(name)
  return new Deployment({
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      // Never below the number of replicas, so that an update fails no request.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: pod({
        name,
        version,
        containers: [
          {
            name,
            image: images.shop,
            imagePullPolicy: 'IfNotPresent',
            command: [file, ...args],
            env: environment(env, name),
            ports: [{ name: 'http', containerPort: port }],
            startupProbe: { ...http('/health', port), periodSeconds: 1, failureThreshold: 90 },
            // It does not check dependencies: with the database down, every service would become unavailable at once.
            readinessProbe: { ...http('/health', port), periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 },
            livenessProbe: { ...http('/health', port), periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 8 },
            // Callers are notified before the listener is closed.
            lifecycle: { preStop: { sleep: { seconds: 2 } } },
            resources: memory('128Mi', '320Mi', '50m'),
            securityContext: restricted,
            volumeMounts: [tmp],
          },
        ],
      }),
    },
  })
}

const exporters = {
  'postgres-exporter': { component: postgresExporter, portName: 'postgresExporter' },
  'redis-exporter': { component: redisExporter, portName: 'redisExporter' },
  'node-exporter': { component: nodeExporter, portName: 'nodeExporter' },
} as const satisfies Record<string, { component: Component; portName: PortName }>

function exporterDeployment(context: RangeContext, name: keyof typeof exporters, images: Images): Deployment {
  const { component, portName } = exporters[name]
  const { file, args, env } = component.process(context)
  const port = context.port(portName)
  const withConfig = name === 'postgres-exporter'
  return new Deployment({
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: pod({
        name,
        containers: [
          {
            name,
            image: images.datastores,
            imagePullPolicy: 'IfNotPresent',
            command: [file, ...args],
            env: environment(env),
            ports: [{ name: 'http-metrics', containerPort: port }],
            readinessProbe: { ...http('/', port), periodSeconds: 5, timeoutSeconds: 3 },
            resources: memory('24Mi', '96Mi', '10m'),
            securityContext: restricted,
            volumeMounts: [tmp, ...(withConfig ? [{ name: 'config', mountPath: `${dataRoot}/config/postgres-exporter` }] : [])],
          },
        ],
        volumes: withConfig ? [configVolume('postgres-exporter')] : [],
      }),
    },
  })
}

/** The workload of a component, as in the manifests. */
export function workloadOf(context: RangeContext, name: Workload, images: Images): Deployment | StatefulSet {
  if (isService(name)) return serviceDeployment(context, name, images)
  if (isDatastore(name)) return datastoreSet(context, name, images)
  return exporterDeployment(context, name, images)
}
