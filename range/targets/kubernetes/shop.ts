import { randomUUID } from 'node:crypto'
import { Job } from 'kubernetes-models/batch/v1/Job'
import type { V1Pod } from '@kubernetes/client-node'
import { isService, proxyNames, type ComponentName, type ComponentStatus, type ServiceName } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { ProcessSignal, Range } from '../../../model/range.ts'
import { bootstrap } from '../../components/postgres.ts'
import { rabbitmqNode } from '../../components/rabbitmq.ts'
import { jobEnvironment } from '../../components/service.ts'
import { until } from '../../../model/until.ts'
import type { RangeContext } from '../../context.ts'
import { waitUntilReady } from '../../readiness/readiness.ts'
import { deploymentOf, releasesOf } from '../../releases.ts'
import { topology } from '../../topology.ts'
import { localQueue } from '../local/queue.ts'
import type { Cluster } from './cluster.ts'
import { clusterContext } from './context.ts'
import { manifestsOf } from './edits.ts'
import { clusterMesh } from './mesh.ts'
import { isDatastore, isWorkload, workloads, type Workload } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'
import { environment, labels, maintenance, namespace, pod, restricted, type Images } from './pod.ts'
import { workloadOf } from './workload.ts'

/** What is done on the side of the shop, where that is a namespace of a cluster. */
export type ClusterShop = Pick<Range, 'status' | 'processes' | 'releases' | 'config' | 'queue' | 'jobs' | 'mesh' | 'cluster'> & {
  /** Makes the database's roles and schemas, once it answers. */
  prepare(): Promise<void>
}

export interface ClusterShopOptions {
  cluster: Cluster
  state: StateMap
  images: Images
  /** The project's checkout. */
  root: string
  /** By which the agent reaches the shop: ports of its own loopback. */
  context: RangeContext
}

const pollMs = 300
/** Jobs that work on the cluster itself. */
const maintenanceJobs: ReadonlySet<string> = new Set(['node-drain'])
const unsupported = (what: string): never => {
  throw new FiredrillError('unsupported', `${what} is not to be had on Kubernetes`)
}

export function clusterShop({ cluster, state, images, root, context }: ClusterShopOptions): ClusterShop {
  const deployed = (service: ServiceName) => deployedBy(state.now, root)(service)
  const current = (service: ServiceName): string => deployed(service).version
  const described = () => clusterContext({ root, deployed })
  const kindOf = (name: Workload): 'Deployment' | 'StatefulSet' => (isDatastore(name) ? 'StatefulSet' : 'Deployment')

  const wait = (what: string, deadlineMs: number, holds: () => Promise<boolean>) => until(what, deadlineMs, holds, pollMs)
  const workload = (name: ComponentName): Workload => (isWorkload(name) ? name : unsupported(`this for ${name}`))
  const scale = (name: Workload, replicas: number) => cluster.patchWorkload(kindOf(name), name, { spec: { replicas } })
  const ready = (name: Workload) =>
    topology[name]
      .readiness(context)
      .check(2_000)
      .then(
        () => true,
        () => false,
      )
  const settled = (name: Workload) =>
    wait(
      `the rollout of ${name}`,
      topology[name].startDeadlineMs + 30_000,
      async () => (await cluster.rolledOut(kindOf(name), name)) && ready(name),
    )
  const hold = async (name: Workload, how: 'stopped' | 'killed' | 'suspended' | null) => {
    const { [name]: _before, ...others } = state.now.held
    await state.change({ held: how === null ? others : { ...others, [name]: how } })
  }
  const gone = (name: Workload) => wait(`the end of ${name}`, 60_000, async () => (await cluster.pods(name)).length === 0)

  /** Sends a signal to what runs in a component's own containers, apart from the one that sends it. */
  async function signalAll(name: Workload, signal: ProcessSignal): Promise<void> {
    const script = `for d in /proc/[0-9]*; do p=\${d#/proc/}; [ "$p" != "$$" ] && [ -O "$d" ] && kill -${signal.slice(3)} "$p"; done; true`
    for (const { metadata } of await cluster.pods(name)) {
      if (metadata?.name) await cluster.run(metadata.name, name, ['/bin/sh', '-c', script])
    }
  }

  /** Puts a service into place as it is to be now, and waits until no other pod of it is left. */
  async function roll(service: ServiceName): Promise<void> {
    await cluster.apply(workloadOf(described(), service, images).toJSON() as object)
    await settled(service)
  }

  async function start(name: Workload): Promise<void> {
    const held = state.now.held[name]
    if (held === 'suspended') await signalAll(name, 'SIGCONT')
    if (held !== undefined) await hold(name, null)
    await scale(name, 1)
    await settled(name)
  }

  const processes: ClusterShop['processes'] = {
    start: (name) => start(workload(name)),
    async stop(name) {
      const known = workload(name)
      await hold(known, 'stopped')
      await scale(known, 0)
      await gone(known)
    },
    async restart(name) {
      const own = proxyNames.includes(name as never) ? name.replace(/-proxy$/, '') : name
      const known = workload(own as ComponentName)
      if (state.now.held[known] !== undefined) {
        // A pod whose processes hang does not end by itself in time.
        if (state.now.held[known] === 'suspended') await cluster.deletePods(known, 0)
        await hold(known, null)
        await scale(known, 1)
      } else {
        const restartedAt = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() }
        await cluster.patchWorkload(kindOf(known), known, { spec: { template: { metadata: { annotations: restartedAt } } } })
      }
      await settled(known)
    },
    async signal(name, signal) {
      const known = workload(name)
      if (signal === 'SIGKILL') {
        // A container that is killed is started again at once: gone until somebody starts it is a workload of none.
        await hold(known, 'killed')
        await scale(known, 0)
        await cluster.deletePods(known, 0)
        return gone(known)
      }
      await hold(known, signal === 'SIGSTOP' ? 'suspended' : null)
      await signalAll(known, signal)
    },
    descriptors: async () => unsupported('the number of file descriptors'),
    limitDescriptors: async () => unsupported('a limit of file descriptors'),
  }

  return {
    async prepare() {
      await waitUntilReady(topology.postgres.readiness(context), 300_000)
      await bootstrap(context)
    },

    async status({ readiness } = { readiness: true }) {
      const pods = await cluster.pods()
      const of = (name: string) => pods.filter(({ metadata }) => metadata?.labels?.['app'] === name && !metadata.deletionTimestamp)
      const statuses = workloads.map(async (name): Promise<ComponentStatus> => {
        const base = {
          ...stateOf(of(name), name, state.now.held[name]),
          name,
          pid: null,
          memoryBytes: null,
          ports: Object.fromEntries(Object.entries(topology[name].ports).map(([label, port]) => [label, context.port(port)])),
          ...(isService(name) ? { version: current(name) } : {}),
        }
        if (base.state !== 'running' || !readiness) return { ...base, healthy: base.state === 'running' }
        return topology[name]
          .readiness(context)
          .check(1_500)
          .then(
            () => ({ ...base, healthy: true }),
            (error: unknown) => ({ ...base, healthy: false, detail: describeError(error) }),
          )
      })
      const proxies = proxyNames.map((name): ComponentStatus => {
        const sidecar = of(name.replace(/-proxy$/, '')).flatMap(({ status }) =>
          [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].filter((each) => each.name === 'istio-proxy'),
        )[0]
        const base = { name, pid: null, memoryBytes: null, ports: {} }
        if (!sidecar) return { ...base, state: 'stopped', healthy: false, detail: 'there is no sidecar' }
        return { ...base, state: sidecar.state?.running ? 'running' : 'exited', healthy: sidecar.ready }
      })
      return [...(await Promise.all(statuses)), ...proxies]
    },

    processes,

    releases: {
      list: (service) => releasesOf(root, service).releases,
      baseline: (service) => releasesOf(root, service).baseline,
      current: async (service) => current(service),
      history: async () => state.now.deployments,
      canary: async () => null,
      async setCanary(canary) {
        if (canary) throw new FiredrillError('unsupported', 'a canary cannot be started in a cluster yet')
      },
      async deploy(service, version, by) {
        const previous = current(service)
        const deployment = deploymentOf(root, service, version, previous, by)
        if (version !== previous) {
          await state.change({ deployments: [...state.now.deployments, deployment].slice(-500) })
          await roll(service)
        }
        return deployment
      },
    },

    config: {
      get: async (service) => state.now.overrides[service] ?? {},
      async set(service, overrides) {
        if (JSON.stringify(state.now.overrides[service] ?? {}) === JSON.stringify(overrides)) return
        await state.change({ overrides: { ...state.now.overrides, [service]: overrides } })
        await roll(service)
      },
    },

    queue: localQueue(context, async (...args) => {
      const variables = Object.entries(rabbitmqNode(described())).map(([key, value]) => `${key}=${value}`)
      const [found] = await cluster.pods('rabbitmq')
      if (!found?.metadata?.name) throw new FiredrillError('component-unreachable', 'RabbitMQ: it has no pod')
      return cluster.run(found.metadata.name, 'rabbitmq', [
        '/usr/bin/env',
        ...variables,
        '/usr/lib/rabbitmq/bin/rabbitmqctl',
        '--silent',
        ...args,
      ])
    }),

    jobs: {
      async start(name, params) {
        const id = `${name}-${randomUUID().slice(0, 8)}`
        const inCluster = described()
        const template = pod({
          name: 'agent',
          ...(maintenanceJobs.has(name) ? { account: maintenance, token: true } : {}),
          containers: [
            {
              name: 'job',
              image: images.shop,
              imagePullPolicy: 'IfNotPresent',
              command: [inCluster.binaries.node, `/app/shop/jobs/${name}.ts`],
              env: environment(jobEnvironment(inCluster, name, params)),
              securityContext: restricted,
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
        })
        const job = new Job({
          metadata: { name: id, namespace, labels: labels('agent') },
          spec: {
            backoffLimit: 0,
            ttlSecondsAfterFinished: 60,
            template: {
              ...template,
              metadata: { ...template.metadata, labels: { app: 'job' } },
              ...(template.spec ? { spec: { ...template.spec, restartPolicy: 'Never' as const, terminationGracePeriodSeconds: 2 } } : {}),
            },
          },
        })
        job.validate()
        await cluster.createJob(job.toJSON() as object)
        return id
      },
      stop: (id) => cluster.deleteJob(id),
      running: () => cluster.activeJobs(),
    },

    mesh: clusterMesh({ cluster, state, root }),

    cluster: manifestsOf({ cluster, state, root, context, settled, restart: processes.restart }),
  }
}

function stateOf(
  pods: readonly V1Pod[],
  name: string,
  held: 'stopped' | 'killed' | 'suspended' | undefined,
): Pick<ComponentStatus, 'state' | 'detail'> {
  if (held === 'suspended') return { state: 'suspended', detail: 'stopped by a signal' }
  const [found] = pods
  if (!found) return held === 'stopped' ? { state: 'stopped', detail: 'scaled to none' } : { state: 'exited', detail: 'it has no pod' }
  const own = found.status?.containerStatuses?.find((each) => each.name === name)
  const waiting = own?.state?.waiting
  if (waiting?.reason === 'CrashLoopBackOff') return { state: 'exited', detail: waiting.message ?? 'CrashLoopBackOff' }
  if (own?.state?.running) return { state: own.started === false ? 'starting' : 'running' }
  return {
    state: own?.state?.terminated ? 'exited' : 'starting',
    detail: waiting?.reason ?? own?.state?.terminated?.reason ?? found.status?.phase ?? '',
  }
}
