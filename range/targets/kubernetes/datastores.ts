import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { type DatastoreName } from '../../../model/components.ts'
import { rabbitmq } from '../../components/rabbitmq.ts'
import { redis } from '../../components/redis.ts'
import type { RangeContext } from '../../context.ts'
import { dataRoot } from './context.ts'
import { type Workload } from './ports.ts'
import { namespace } from './names.ts'
import { environment, restricted, labels, pod, tmp, memory, secrets, configVolume, type Images, type PodOptions } from './pod.ts'

const claims = (size: string): IPersistentVolumeClaim[] => [
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
  },
]
const data = { name: 'data', mountPath: dataRoot }

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

type Image = Images['datastores']

const baseOf = (name: DatastoreName, image: Image) => ({
  name,
  image,
  imagePullPolicy: 'IfNotPresent' as const,
  securityContext: restricted,
})

const sets: Record<DatastoreName, (context: RangeContext, image: Image) => StatefulSet> = {
  postgres: postgresSet,
  redis: redisSet,
  rabbitmq: rabbitmqSet,
}

/** The StatefulSet of one data store. */
export const datastoreSet = (context: RangeContext, name: DatastoreName, { datastores }: Images): StatefulSet =>
  sets[name](context, datastores)

function postgresSet(context: RangeContext, image: Image): StatefulSet {
  const base = baseOf('postgres', image)
  const folder = `${dataRoot}/data/postgres`
  const bin = context.binaries.postgresBin
  const mounts = [tmp, data, { name: 'config', mountPath: '/etc/firedrill' }]
  return statefulSet(
    'postgres',
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
          // Not by an exec probe: each run costs the node more than the server itself.
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
      volumes: [configVolume('postgres')],
    },
    '4Gi',
  )
}

function redisSet(context: RangeContext, image: Image): StatefulSet {
  const base = baseOf('redis', image)
  const { file, args } = redis.process(context)
  const prepare = `mkdir -p ${dataRoot}/data/redis; exec "$0" "$@"`
  const ping = { tcpSocket: { port: 6379 }, periodSeconds: 5, timeoutSeconds: 2 }
  return statefulSet(
    'redis',
    {
      containers: [
        {
          ...base,
          // A cache: its content is lost with its pod.
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

function rabbitmqSet(context: RangeContext, image: Image): StatefulSet {
  const base = baseOf('rabbitmq', image)
  // A pod's hosts file is managed by the kubelet, and has what it needs.
  const { file, args, env: local } = rabbitmq.process(context)
  const { ERL_INETRC: _, ...env } = local
  const prepare = `umask 077; mkdir -p ${dataRoot}/data/rabbitmq /tmp/conf.d
printf 'default_user = shop\\ndefault_pass = %s\\n' "$RABBITMQ_PASSWORD" > /tmp/conf.d/90-user.conf
exec "$0" "$@"`
  return statefulSet(
    'rabbitmq',
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
      volumes: [configVolume('rabbitmq')],
    },
    '2Gi',
  )
}
