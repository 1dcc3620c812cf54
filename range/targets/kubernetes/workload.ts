import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import { isService, type ComponentName, type DatastoreName, type ServiceName } from '../../../model/components.ts'
import { nodeExporter, postgresExporter, redisExporter } from '../../components/exporters.ts'
import { rabbitmq } from '../../components/rabbitmq.ts'
import { redis } from '../../components/redis.ts'
import type { Component } from '../../component.ts'
import type { PortName, RangeContext } from '../../context.ts'
import { topology } from '../../topology.ts'
import { dataRoot } from './context.ts'
import { isDatastore, type Workload } from './ports.ts'

export const namespace = 'shop'
/** The ServiceAccount of jobs that ask the API server for something: what a drain of a node needs, and no more. */
export const maintenance = 'maintenance'
/** Who everything in the images runs as. */
export const userId = 10_001

export interface Images {
  /** Node and the shop's code, and the agent's. */
  shop: string
  /** PostgreSQL, Redis, RabbitMQ and the exporters, in the versions of Debian 12. */
  datastores: string
}

/** Also of what watches and loads the shop, when that is in the cluster. */
export interface AllImages extends Images {
  control: string
  load: string
}

/** The Secret that has the password of each service's role in the database, by the service's name. */
export const databasesSecret = 'databases'

/** Passwords, resolved by Kubernetes where `$(…)` names them in another variable. */
const secrets = (names: readonly ('POSTGRES_PASSWORD' | 'RABBITMQ_PASSWORD')[]): IEnvVar[] =>
  names.map((name) => ({ name, valueFrom: { secretKeyRef: { name: 'shop', key: name } } }))

/** What the values of an environment refer to goes before them; the password of a service's role in the database is apart. */
export function environment(values: Record<string, string>, service?: ServiceName): IEnvVar[] {
  const text = JSON.stringify(values)
  const referred = (['POSTGRES_PASSWORD', 'RABBITMQ_PASSWORD'] as const).filter((name) => text.includes(`$(${name})`))
  const own = (variable: IEnvVar): IEnvVar =>
    service && variable.name === 'POSTGRES_PASSWORD'
      ? { ...variable, valueFrom: { secretKeyRef: { name: databasesSecret, key: service } } }
      : variable
  return [...secrets(referred).map(own), ...Object.entries(values).map(([name, value]) => ({ name, value }))]
}

/** What "restricted" of the Pod Security Standards asks of a container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} satisfies IContainer['securityContext']

/** And of a pod. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: userId,
  runAsGroup: userId,
  fsGroup: userId,
  seccompProfile: { type: 'RuntimeDefault' },
} as const

export const labels = (name: ComponentName, version?: string) => ({
  app: name,
  ...(version === undefined ? {} : { version }),
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'firedrill-shop',
})

interface Rule {
  apiGroups: string[]
  resources: string[]
  resourceNames?: string[]
  verbs: string[]
}

/** What an account, of this namespace or another, may do in one: the Role, and whom it is given. */
export const roleOf = (
  account: { name: string; namespace: string },
  place: { namespace: string; labels: Record<string, string> },
  rules: Rule[],
): [Role, RoleBinding] => {
  const metadata = { name: account.name, ...place }
  return [
    new Role({ metadata, rules }),
    new RoleBinding({
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    }),
  ]
}

interface PodOptions {
  name: Workload | 'agent'
  version?: string
  containers: IContainer[]
  initContainers?: IContainer[]
  volumes?: IVolume[]
  graceSeconds?: number
  /** Beside those of every pod. */
  annotations?: Record<string, string>
  /** Whether the pod may ask the API server for anything. */
  token?: boolean
  /** Whose rights it has there; its own without. */
  account?: string
}

export const pod = ({
  name,
  version,
  containers,
  initContainers,
  volumes = [],
  graceSeconds = 15,
  annotations = {},
  token = false,
  account = name,
}: PodOptions): IPodTemplateSpec => ({
  metadata: {
    labels: labels(name, version),
    // Nothing is called before the sidecar is there; a breaker counts for each of its workers; and what the mesh's dashboards draw is told.
    annotations: {
      'proxy.istio.io/config':
        'holdApplicationUntilProxyStarts: true\nconcurrency: 1\nproxyStatsMatcher:\n  inclusionPrefixes: [cluster.outbound, cluster.inbound, listener]\n',
      'sidecar.istio.io/proxyCPU': '20m',
      'sidecar.istio.io/proxyMemory': '64Mi',
      ...annotations,
    },
  },
  spec: {
    serviceAccountName: account,
    automountServiceAccountToken: token,
    enableServiceLinks: false,
    // A hang is practised by stopping what runs in the container, which its first process could not be.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: podSecurity,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: name } },
      },
    ],
    ...(initContainers ? { initContainers } : {}),
    containers,
    volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes],
  },
})

const tmp = { name: 'tmp', mountPath: '/tmp' }
const memory = (request: string, limit: string, cpu: string) => ({ requests: { cpu, memory: request }, limits: { memory: limit } })
const http = (path: string, port: number) => ({ httpGet: { path, port } })

/** A service of the shop, from how the topology starts it. */
export function serviceDeployment(context: RangeContext, name: ServiceName, images: Images): Deployment {
  const component: Component = topology[name]
  const { file, args, env } = component.process(context)
  const { version } = context.deployed(name)
  const port = context.port(name)
  return new Deployment({
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      // Never fewer than there are to be, so that an update fails no request.
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
            // Not whether others answer: a database that is away would take every service from its callers at once.
            readinessProbe: { ...http('/health', port), periodSeconds: 3, timeoutSeconds: 2, failureThreshold: 2 },
            livenessProbe: { ...http('/health', port), periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 8 },
            // Callers hear of it before the listener is gone.
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

const claims = (size: string): IPersistentVolumeClaim[] => [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
  },
]
const data = { name: 'data', mountPath: dataRoot }
const config = (name: string) => ({ name: 'config', configMap: { name } })

function statefulSet(name: Workload, options: Omit<PodOptions, 'name'>, size: string | null): StatefulSet {
  return new StatefulSet({
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: pod({ name, ...options }),
      ...(size === null ? {} : { volumeClaimTemplates: claims(size) }),
    },
  })
}

export function datastoreSet(context: RangeContext, name: DatastoreName, { datastores: image }: Images): StatefulSet {
  const base = { name, image, imagePullPolicy: 'IfNotPresent' as const, securityContext: restricted }
  switch (name) {
    case 'postgres': {
      const folder = `${dataRoot}/data/postgres`
      const bin = context.binaries.postgresBin
      const mounts = [tmp, data, { name: 'config', mountPath: '/etc/firedrill' }]
      return statefulSet(
        name,
        {
          graceSeconds: 30,
          initContainers: [
            {
              ...base,
              name: 'initdb',
              command: ['/bin/sh', '-euc'],
              args: [
                `[ -s ${folder}/PG_VERSION ] && exit 0
umask 077
mkdir -p ${folder}
printf %s "$POSTGRES_PASSWORD" > /tmp/password
${bin}/initdb -D ${folder} -U postgres --auth=scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C.UTF-8
`,
              ],
              env: secrets(['POSTGRES_PASSWORD']),
              resources: memory('64Mi', '256Mi', '50m'),
              volumeMounts: mounts,
            },
          ],
          containers: [
            {
              ...base,
              command: [`${bin}/postgres`, '-D', folder, '-c', 'config_file=/etc/firedrill/postgresql.conf'],
              ports: [{ name: 'tcp-postgres', containerPort: 5432 }],
              // Not by a command: each of those costs the node more than the server itself.
              startupProbe: { tcpSocket: { port: 5432 }, periodSeconds: 1, failureThreshold: 90 },
              readinessProbe: { tcpSocket: { port: 5432 }, periodSeconds: 5, timeoutSeconds: 2 },
              // The server's fast shutdown: sessions are ended, transactions rolled back.
              lifecycle: { preStop: { exec: { command: [`${bin}/pg_ctl`, 'stop', '-D', folder, '-m', 'fast', '-W'] } } },
              resources: memory('192Mi', '512Mi', '100m'),
              volumeMounts: mounts,
            },
            {
              ...base,
              name: 'log',
              command: ['/usr/bin/tail', '-n', '0', '-F', `${folder}/log/postgresql.json`],
              resources: memory('8Mi', '32Mi', '5m'),
              volumeMounts: [{ ...data, readOnly: true }],
            },
          ],
          volumes: [config('postgres')],
        },
        '4Gi',
      )
    }
    case 'redis': {
      const { file, args } = redis.process(context)
      const prepare = `mkdir -p ${dataRoot}/data/redis; exec "$0" "$@"`
      const ping = { tcpSocket: { port: 6379 }, periodSeconds: 5, timeoutSeconds: 2 }
      return statefulSet(
        name,
        {
          containers: [
            {
              ...base,
              // A cache: what it holds goes with its pod.
              command: ['/bin/sh', '-c', prepare, file, ...args, '--protected-mode', 'no'],
              ports: [{ name: 'tcp-redis', containerPort: 6379 }],
              readinessProbe: ping,
              resources: memory('96Mi', '192Mi', '20m'),
              volumeMounts: [tmp, data],
            },
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        },
        null,
      )
    }
    case 'rabbitmq': {
      // A pod's hosts file is the kubelet's, and has what it needs.
      const { file, args, env: local } = rabbitmq.process(context)
      const { ERL_INETRC: _, ...env } = local
      const prepare = `umask 077; mkdir -p ${dataRoot}/data/rabbitmq /tmp/conf.d
printf 'default_user = shop\\ndefault_pass = %s\\n' "$RABBITMQ_PASSWORD" > /tmp/conf.d/90-user.conf
exec "$0" "$@"`
      return statefulSet(
        name,
        {
          graceSeconds: 30,
          containers: [
            {
              ...base,
              command: ['/bin/sh', '-c', prepare, file, ...args],
              env: [
                ...secrets(['RABBITMQ_PASSWORD']),
                ...environment({
                  ...env,
                  RABBITMQ_CONFIG_FILE: '/etc/firedrill/rabbitmq.conf',
                  RABBITMQ_CONFIG_FILES: '/tmp/conf.d',
                  RABBITMQ_ENABLED_PLUGINS_FILE: '/etc/firedrill/enabled_plugins',
                }),
              ],
              ports: [
                { name: 'tcp-amqp', containerPort: 5672 },
                { name: 'http-metrics', containerPort: 15_692 },
                { name: 'http-management', containerPort: 15_672 },
              ],
              startupProbe: { tcpSocket: { port: 5672 }, periodSeconds: 2, failureThreshold: 60 },
              readinessProbe: { tcpSocket: { port: 5672 }, periodSeconds: 3, timeoutSeconds: 2 },
              resources: memory('256Mi', '640Mi', '100m'),
              volumeMounts: [tmp, data, { name: 'config', mountPath: '/etc/firedrill' }],
            },
          ],
          volumes: [config('rabbitmq')],
        },
        '2Gi',
      )
    }
  }
}

const exporters = {
  'postgres-exporter': { component: postgresExporter, portName: 'postgresExporter' },
  'redis-exporter': { component: redisExporter, portName: 'redisExporter' },
  'node-exporter': { component: nodeExporter, portName: 'nodeExporter' },
} as const satisfies Record<string, { component: Component; portName: PortName }>

export function exporterDeployment(context: RangeContext, name: keyof typeof exporters, images: Images): Deployment {
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
        volumes: withConfig ? [config('postgres-exporter')] : [],
      }),
    },
  })
}

/** The workload of a component, as the manifests have it. */
export function workloadOf(context: RangeContext, name: Workload, images: Images): Deployment | StatefulSet {
  if (isService(name)) return serviceDeployment(context, name, images)
  if (isDatastore(name)) return datastoreSet(context, name, images)
  return exporterDeployment(context, name, images)
}
