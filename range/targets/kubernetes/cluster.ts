import { Writable } from 'node:stream'
import {
  AppsV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoreV1Api,
  NetworkingV1Api,
  PolicyV1Api,
  Exec,
  KubernetesObjectApi,
  Log,
  PatchStrategy,
  setHeaderOptions,
  type KubeConfig,
  type KubernetesObject,
  type CoreV1Event,
  type V1Pod,
  type V1Service,
  type V1Deployment,
  type V1NetworkPolicy,
  type V1PodDisruptionBudget,
  type V2HorizontalPodAutoscaler,
  type V1StatefulSet,
} from '@kubernetes/client-node'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { isRecord, jsonOrNull } from '../../../model/json.ts'

const fieldManager = 'firedrill'

/** One namespace of a cluster, through its API server. Every call throws `component-unreachable` with the server's message. */
export class Cluster {
  readonly namespace: string
  readonly log: Log
  readonly #core: CoreV1Api
  readonly #apps: AppsV1Api
  readonly #batch: BatchV1Api
  readonly #autoscaling: AutoscalingV2Api
  readonly #networking: NetworkingV1Api
  readonly #policy: PolicyV1Api
  readonly #objects: KubernetesObjectApi
  readonly #exec: Exec

  constructor(config: KubeConfig, namespace: string) {
    this.namespace = namespace
    this.#core = config.makeApiClient(CoreV1Api)
    this.#apps = config.makeApiClient(AppsV1Api)
    this.#batch = config.makeApiClient(BatchV1Api)
    this.#autoscaling = config.makeApiClient(AutoscalingV2Api)
    this.#networking = config.makeApiClient(NetworkingV1Api)
    this.#policy = config.makeApiClient(PolicyV1Api)
    this.#objects = KubernetesObjectApi.makeApiClient(config)
    this.#exec = new Exec(config)
    this.log = new Log(config)
  }

  /** Server-side apply: sets these fields, and keeps those that others have set. */
  async apply(resource: object): Promise<void> {
    const object = asModel(resource)
    await ask(`apply ${object.kind} ${object.metadata?.name}`, () =>
      this.#objects.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply),
    )
  }

  /** Changes some fields and keeps the others, merging lists by their keys, as `kubectl edit` does. */
  async edit(object: { apiVersion: string; kind: string; metadata: { name: string; namespace: string } }): Promise<void> {
    const { kind, metadata } = object
    // The name that kubectl uses for changes by hand.
    const fieldManager = 'kubectl-edit'
    await ask(`change ${kind} ${metadata.name}`, async () => {
      // Sent as plain JSON: the client's typed objects lose fields of a patch, such as `$patch: delete`.
      if (kind === 'Deployment') {
        const request = { name: metadata.name, namespace: metadata.namespace, body: object, fieldManager }
        await this.#apps.patchNamespacedDeployment(request, setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch))
      } else await this.#objects.patch(asModel(object), undefined, undefined, fieldManager, undefined, PatchStrategy.StrategicMergePatch)
    })
  }

  /** Returns whether there was one. */
  async remove(object: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }): Promise<boolean> {
    return ask(`delete ${object.kind} ${object.metadata.name}`, () =>
      this.#objects.delete(object, undefined, undefined, undefined, undefined, 'Background').then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false
          throw error
        },
      ),
    )
  }

  /** Null if there is none. */
  async read<Object extends KubernetesObject>(header: {
    apiVersion: string
    kind: string
    metadata: { name: string; namespace?: string }
  }): Promise<Object | null> {
    return ask(`read ${header.kind} ${header.metadata.name}`, () =>
      this.#objects.read<Object>(header as never).catch((error: unknown) => {
        if (isNotFound(error)) return null
        throw error
      }),
    )
  }

  /** Replaces an existing object, whoever owns its fields; with a dry run, returns the result without effect. */
  async replace<Object extends KubernetesObject>(object: Object, { dryRun }: { dryRun: boolean }): Promise<Object> {
    const model = asModel(object) as Object & { metadata: { name: string } }
    return ask(`replace ${object.kind} ${object.metadata?.name}`, () =>
      this.#objects.replace<Object>(model, undefined, dryRun ? 'All' : undefined, fieldManager),
    )
  }

  /** Fields that were applied belong to this manager alone, so that those omitted the next time are removed. */
  async forgetUpdates(header: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }): Promise<void> {
    const { apiVersion, kind, metadata } = header
    const found = await this.read(header)
    const managedFields = (found?.metadata?.managedFields ?? []).filter(
      ({ operation, manager, subresource }) => (operation === 'Apply' && manager === fieldManager) || (subresource ?? '') !== '',
    )
    const body = { apiVersion, kind, metadata: { name: metadata.name, namespace: this.namespace, managedFields } }
    await ask(`settle ${kind} ${metadata.name}`, () =>
      this.#objects.patch(body, undefined, undefined, fieldManager, undefined, PatchStrategy.MergePatch),
    )
  }

  /** The objects of a kind; empty if the server does not know the kind. */
  async list<Object extends KubernetesObject>(apiVersion: string, kind: string): Promise<Object[]> {
    const found = await ask(`list ${kind}`, () =>
      this.#objects.list<Object>(apiVersion, kind, this.namespace).catch((error: unknown) => {
        if (isNotFound(error) || /Unrecognized API version and kind/.test(describeError(error))) return { items: [] }
        throw error
      }),
    )
    return found.items
  }

  async names(apiVersion: string, kind: string): Promise<string[]> {
    const { items } = await ask(`list ${kind}`, () => this.#objects.list(apiVersion, kind, this.namespace))
    return items.flatMap(({ metadata }) => metadata?.name ?? [])
  }

  async pods(app?: string): Promise<V1Pod[]> {
    const { namespace } = this
    const { items } = await ask('list pods', () =>
      this.#core.listNamespacedPod({ namespace, labelSelector: app ? `app=${app}` : 'app.kubernetes.io/part-of=firedrill-shop' }),
    )
    return items
  }

  async workloads(): Promise<{ deployments: V1Deployment[]; statefulSets: V1StatefulSet[] }> {
    const { namespace } = this
    const [deployments, statefulSets] = await Promise.all([
      ask('list deployments', () => this.#apps.listNamespacedDeployment({ namespace })),
      ask('list stateful sets', () => this.#apps.listNamespacedStatefulSet({ namespace })),
    ])
    return { deployments: deployments.items, statefulSets: statefulSets.items }
  }

  async autoscalers(): Promise<V2HorizontalPodAutoscaler[]> {
    const { namespace } = this
    const { items } = await ask('list autoscalers', () => this.#autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace }))
    return items
  }

  async networkPolicies(): Promise<V1NetworkPolicy[]> {
    const { namespace } = this
    const { items } = await ask('list network policies', () => this.#networking.listNamespacedNetworkPolicy({ namespace }))
    return items
  }

  async budgets(): Promise<V1PodDisruptionBudget[]> {
    const { namespace } = this
    const { items } = await ask('list disruption budgets', () => this.#policy.listNamespacedPodDisruptionBudget({ namespace }))
    return items
  }

  async services(): Promise<V1Service[]> {
    const { namespace } = this
    const { items } = await ask('list services', () => this.#core.listNamespacedService({ namespace }))
    return items
  }

  async events(): Promise<CoreV1Event[]> {
    const { namespace } = this
    const { items } = await ask('list events', () => this.#core.listNamespacedEvent({ namespace }))
    return items
  }

  /** Deletes the pods of an app; their workload creates new ones. */
  async deletePods(app: string, graceSeconds?: number): Promise<void> {
    for (const { metadata } of await this.pods(app)) if (metadata?.name) await this.#deletePod(metadata.name, graceSeconds)
  }

  async #deletePod(name: string, graceSeconds?: number): Promise<void> {
    const { namespace } = this
    await ask(`delete pod ${name}`, () =>
      this.#core
        .deleteNamespacedPod({ name, namespace, ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }) })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error
        }),
    )
  }

  /** Changes a Deployment or a StatefulSet by a merge patch. */
  async patchWorkload(kind: 'Deployment' | 'StatefulSet', name: string, body: object): Promise<void> {
    const request = { name, namespace: this.namespace, body, fieldManager }
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    await ask(`patch ${kind} ${name}`, async () => {
      if (kind === 'Deployment') await this.#apps.patchNamespacedDeployment(request, options)
      else await this.#apps.patchNamespacedStatefulSet(request, options)
    })
  }

  /** Whether every pod of a Deployment or a StatefulSet has its newest template and is ready, and no other is left. */
  async rolledOut(kind: 'Deployment' | 'StatefulSet', name: string): Promise<boolean> {
    const request = { name, namespace: this.namespace }
    return ask(`read ${kind} ${name}`, async () => {
      const { metadata, spec, status } =
        kind === 'Deployment' ? await this.#apps.readNamespacedDeployment(request) : await this.#apps.readNamespacedStatefulSet(request)
      const wanted = spec?.replicas ?? 1
      const observed = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0)
      const counts = [status?.updatedReplicas ?? 0, status?.readyReplicas ?? 0, status?.replicas ?? 0]
      return observed && counts.every((count) => count === wanted)
    })
  }

  async createJob(body: object): Promise<void> {
    await ask('create a job', () => this.#batch.createNamespacedJob({ namespace: this.namespace, body: body as never }))
  }
  async deleteJob(name: string): Promise<void> {
    await ask(`delete job ${name}`, () =>
      this.#batch.deleteNamespacedJob({ name, namespace: this.namespace, propagationPolicy: 'Foreground' }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      }),
    )
  }
  /** Names of jobs that have not ended. */
  async activeJobs(): Promise<string[]> {
    const { items } = await ask('list jobs', () => this.#batch.listNamespacedJob({ namespace: this.namespace }))
    return items.filter(({ status }) => !status?.succeeded && !status?.failed).flatMap(({ metadata }) => metadata?.name ?? [])
  }

  /** Runs a command in a container; resolves to its output, and throws `component-failed` if it failed. */
  async run(podName: string, container: string, command: string[], timeoutMs = 15_000): Promise<string> {
    const out: string[] = []
    const into = new Writable({
      write(chunk: Buffer, _encoding, done) {
        out.push(chunk.toString())
        done()
      },
    })
    let socket: { close(): void } | undefined
    const ended = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs)
      const done = (error?: Error) => {
        clearTimeout(late)
        if (error) reject(error)
        else resolve()
      }
      this.#exec
        .exec(this.namespace, podName, container, command, into, into, null, false, (status) =>
          status.status === 'Success' ? done() : done(new Error(`${status.message ?? 'failed'}: ${out.join('').slice(0, 300)}`)),
        )
        .then(
          (opened) => (socket = opened),
          (error: unknown) => done(error instanceof Error ? error : new Error(describeError(error))),
        )
    })
    try {
      await ended
      return out.join('')
    } catch (error) {
      throw new FiredrillError('component-failed', `${command[0]} in ${podName}: ${describeError(error)}`, { cause: error })
    } finally {
      socket?.close()
    }
  }
}

/**
 * An object in the form of the client's models. They serialise only the properties that they know, and call `from` of a NetworkPolicy `_from`:
 * without this, each policy would allow every source.
 */
export function asModel(resource: object): KubernetesObject {
  // Safe: manifests are Kubernetes objects.
  const object = resource as KubernetesObject & { spec?: { ingress?: { from?: unknown }[] } }
  if (object.kind !== 'NetworkPolicy' || !object.spec?.ingress) return object
  const ingress = object.spec.ingress.map(({ from, ...rule }) => (from === undefined ? rule : { ...rule, _from: from }))
  // Safe: as in the model.
  return { ...object, spec: { ...object.spec, ingress } } as KubernetesObject
}

const isNotFound = (error: unknown): boolean => (error as { code?: number } | null)?.code === 404

async function ask<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const { body, code } = error as { body?: unknown; code?: number }
    const said = messageIn(body) ?? describeError(error)
    throw new FiredrillError(
      code === 403 ? 'forbidden' : code === 409 ? 'outdated' : 'component-unreachable',
      `the API server would not ${what}: ${said}`,
      {
        cause: error,
      },
    )
  }
}

/** The message in the server's own answer; undefined without one. */
function messageIn(body: unknown): string | undefined {
  const answer = typeof body === 'string' ? jsonOrNull(body) : body
  if (isRecord(answer) && typeof answer['message'] === 'string') return answer['message']
  return typeof body === 'string' ? body.slice(0, 300) : undefined
}
