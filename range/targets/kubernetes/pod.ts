import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import { type ComponentName, type ServiceName } from '../../../model/components.ts'
import { type Workload } from './ports.ts'

/** The ServiceAccount of jobs that use the API server: it has the rights for a node drain, and no more. */
export const maintenance = 'maintenance'
/** The user that everything in the images runs as. */
const userId = 10_001

export interface Images {
  /** The image with Node and the shop's code, and the agent's. */
  shop: string
  /** The image with PostgreSQL, Redis, RabbitMQ and the exporters, in the versions of Debian 12. */
  datastores: string
}

/** Also for monitoring and load, if they are in the cluster. */
export interface AllImages extends Images {
  control: string
  load: string
}

/** The Secret with the password of each service's database role, by the service's name. */
export const databasesSecret = 'databases'

/** Passwords, resolved by Kubernetes where `$(…)` refers to them in another variable. */
export const secrets = (names: readonly ('POSTGRES_PASSWORD' | 'RABBITMQ_PASSWORD')[]): IEnvVar[] =>
  names.map((name) => ({ name, valueFrom: { secretKeyRef: { name: 'shop', key: name } } }))

/** Variables that others refer to come first; the password of a service's database role is separate. */
export function environment(values: Record<string, string>, service?: ServiceName): IEnvVar[] {
  const text = JSON.stringify(values)
  const referred = (['POSTGRES_PASSWORD', 'RABBITMQ_PASSWORD'] as const).filter((name) => text.includes(`$(${name})`))
  const own = (variable: IEnvVar): IEnvVar =>
    service && variable.name === 'POSTGRES_PASSWORD'
      ? { ...variable, valueFrom: { secretKeyRef: { name: databasesSecret, key: service } } }
      : variable
  return [...secrets(referred).map(own), ...Object.entries(values).map(([name, value]) => ({ name, value }))]
}

/** Settings that the level "restricted" of the Pod Security Standards requires for a container. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} satisfies IContainer['securityContext']

/** And for a pod. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: userId,
  runAsGroup: userId,
  fsGroup: userId,
  seccompProfile: { type: 'RuntimeDefault' },
} as const

/** The labels of all that belongs to a component; a version only of what has several. */
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

/** An account's rights in a namespace: the Role, and its binding to an account of this namespace or another. */
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

export interface PodOptions {
  name: Workload | 'agent'
  version?: string
  containers: IContainer[]
  initContainers?: IContainer[]
  volumes?: IVolume[]
  graceSeconds?: number
  /** In addition to every pod's labels. */
  annotations?: Record<string, string>
  /** Whether the pod may use the API server. */
  token?: boolean
  /** The account whose rights it has there; its own by default. */
  account?: string
}

/** A pod template: without rights on the host, and without a token unless it asks for one. */
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
    // Containers wait for the sidecar; circuit breakers count per worker; and the metrics for the mesh's dashboards are published.
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
    // A hang is practised by suspending the container's program, which must not be the first process.
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

export const tmp = { name: 'tmp', mountPath: '/tmp' }
/** What a container asks for and may have of memory, and asks for of CPU, in Kubernetes' quantities. */
export const memory = (request: string, limit: string, cpu: string) => ({ requests: { cpu, memory: request }, limits: { memory: limit } })
/** A probe by `GET`. */
export const http = (path: string, port: number) => ({ httpGet: { path, port } })
/** A ConfigMap with that name, as a volume. */
export const configVolume = (name: string) => ({ name: 'config', configMap: { name } })
