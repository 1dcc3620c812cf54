import type { ComponentName, ComponentStatus } from '../../../model/components.ts'
import { FiredrillError, describeError, errorIn } from '../../../model/errors.ts'
import type { Range, RangeFeature } from '../../../model/range.ts'
import type { Placement, RangeContext } from '../../context.ts'
import { placedOn } from '../../topology.ts'
import { localRange } from '../local/range.ts'
import { forgetTarget, reloadPrometheus } from '../local/monitoring.ts'
import type { LocalTarget } from '../local/target.ts'

/** How long the shop's host may take for what it is asked; starting a component may take that long by itself. */
const callTimeoutMs = 90_000
const statusTimeoutMs = 4_000

/** What the agents know of each other. */
export interface HostsStatus {
  connected: boolean
  /** Milliseconds since the epoch; 0 when the other host is away. */
  connectedAt: number
  /** Hosts of users that are there. */
  loadHosts: number
  /** There and back, in milliseconds; null when it is away. */
  roundTripMs: number | null
  /** By how much the other host's clock is ahead of this one's, in milliseconds, give or take half of the round trip. */
  clockOffsetMs: number | null
}

/** How the other host is, by the agent of this one; null where there is only one. */
export async function hostsStatus({ config, port }: RangeContext): Promise<HostsStatus | null> {
  if (config.placement.role === 'all') return null
  const response = await fetch(`http://127.0.0.1:${port('agent')}/status`, {
    headers: { authorization: `Bearer ${config.tokens.service}` },
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw new FiredrillError('range-not-running', `the agent of this host does not answer (${describeError(error)}): run 'firedrill up'`, {
      cause: error,
    })
  })
  return (await response.json()) as HostsStatus
}

/** Asks the agent of the shop's host to do something, through the agent of this one. */
export async function callShop<Result>(context: RangeContext, method: string, args: unknown[], timeoutMs = callTimeoutMs): Promise<Result> {
  const url = `http://127.0.0.1:${context.port('agent')}/rpc`
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${context.config.tokens.service}`, 'content-type': 'application/json' },
    body: JSON.stringify({ method, args, timeoutMs }),
    signal: AbortSignal.timeout(timeoutMs + 1_000),
  }).catch((error: unknown) => {
    throw new FiredrillError('component-unreachable', `the agent of this host does not answer: ${describeError(error)}`, { cause: error })
  })
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok) throw errorIn(answer, `${method} was answered ${response.status}`)
  return (answer as { result: Result }).result
}

/**
 * The `Range` of two hosts, on the one that watches. What goes through a port (the database, the cache, messages) does so here, as the shop's
 * ports are on this loopback too; what is done to processes and files of the shop is done by the agent there.
 */
export function hostsRange(target: LocalTarget): Range {
  const { context } = target
  const here = localRange(target)
  const local = placedHere()
  const remote: Remote = (method, ...args) => callShop(context, method, args)
  const away = (detail: string): ComponentStatus[] =>
    placedOn('shop')
      .filter(({ name }) => name !== 'agent')
      .map(({ name }) => ({ name, state: 'exited', healthy: false, pid: null, ports: {}, memoryBytes: null, detail }))
  return {
    ...here,
    lacks: lackedBy(context.config.placement),
    async status(options) {
      const [ours, theirs] = await Promise.all([
        here.status(options),
        callShop<ComponentStatus[]>(context, 'status', options ? [options] : [], statusTimeoutMs).catch((error: unknown) =>
          away(describeError(error)),
        ),
      ])
      return [...theirs.filter(({ name }) => !local.has(name)), ...ours]
    },
    processes: placedProcesses(here, remote),
    releases: shopReleases(target, here, remote),
    config: {
      get: (service) => remote('config.get', service),
      set: (service, overrides, by, ifAre) => remote('config.set', service, overrides, by, ifAre),
    },
    queue: {
      ...here.queue,
      bindings: () => remote('queue.bindings'),
      policies: () => remote('queue.policies'),
      setPolicy: (policy) => remote('queue.setPolicy', policy),
      removePolicy: (name) => remote('queue.removePolicy', name),
      memory: () => remote('queue.memory'),
      limitMemory: (bytes) => remote('queue.limitMemory', bytes),
    },
    jobs: {
      start: (name, params, tier) => remote('jobs.start', name, params, ...(tier ? [tier] : [])),
      stop: (id) => remote('jobs.stop', id),
      running: () => remote('jobs.running'),
    },
    cluster: context.config.placement.role === 'observability' && context.config.placement.cluster ? shopCluster(remote) : null,
    mesh: shopMesh(here, remote),
  }
}

/** Asks the shop's host for a method of its `Range`. */
type Remote = <Result>(method: string, ...args: unknown[]) => Promise<Result>

const placedHere = () => new Set<ComponentName>(placedOn('observability').map(({ name }) => name))

function placedProcesses(here: Range, remote: Remote): Range['processes'] {
  const local = placedHere()
  return {
    start: (name) => (local.has(name) ? here.processes.start(name) : remote('processes.start', name)),
    stop: (name) => (local.has(name) ? here.processes.stop(name) : remote('processes.stop', name)),
    restart: (name) => (local.has(name) ? here.processes.restart(name) : remote('processes.restart', name)),
    signal: (name, signal) => (local.has(name) ? here.processes.signal(name, signal) : remote('processes.signal', name, signal)),
    descriptors: (name) => (local.has(name) ? here.processes.descriptors(name) : remote('processes.descriptors', name)),
    limitDescriptors: (name, limit) =>
      local.has(name) ? here.processes.limitDescriptors(name, limit) : remote('processes.limitDescriptors', name, limit),
  }
}

function shopReleases(target: LocalTarget, here: Range, remote: Remote): Range['releases'] {
  return {
    list: here.releases.list,
    baseline: here.releases.baseline,
    current: (service) => remote('releases.current', service),
    deploy: (service, version, by) => remote('releases.deploy', service, version, by),
    history: () => remote('releases.history'),
    canary: () => remote('releases.canary'),
    async setCanary(canary, by) {
      // What watches it is here: from when it runs, until it goes.
      if (canary === null) {
        target.state.setCanary(null)
        await forgetTarget(target, 'canary')
      }
      await remote('releases.setCanary', canary, by)
      if (canary === null) return
      target.state.setCanary(canary)
      await reloadPrometheus(target)
    },
  }
}

const shopCluster = (remote: Remote): NonNullable<Range['cluster']> => ({
  pods: () => remote('cluster.pods'),
  services: () => remote('cluster.services'),
  rollouts: () => remote('cluster.rollouts'),
  events: () => remote('cluster.events'),
  autoscalers: () => remote('cluster.autoscalers'),
  networkPolicies: () => remote('cluster.networkPolicies'),
  enforcesPolicies: () => remote('cluster.enforcesPolicies'),
  budgets: () => remote('cluster.budgets'),
  describe: (name) => remote('cluster.describe', name),
  edits: () => remote('cluster.edits'),
  edit: (edit) => remote('cluster.edit', edit),
  sync: (ref) => remote('cluster.sync', ref),
  handmade: () => remote('cluster.handmade'),
  undoHandmade: () => remote('cluster.undoHandmade'),
  quota: () => remote('cluster.quota'),
  setQuota: (pods) => remote('cluster.setQuota', pods),
  deletePods: (service) => remote('cluster.deletePods', service),
  rotated: () => remote('cluster.rotated'),
  rotateCredential: (service) => remote('cluster.rotateCredential', service),
  restoreCredential: (service) => remote('cluster.restoreCredential', service),
})

const shopMesh = (here: Range, remote: Remote): Range['mesh'] => ({
  baseline: here.mesh.baseline,
  check: here.mesh.check,
  policy: () => remote('mesh.policy'),
  history: () => remote('mesh.history'),
  apply: (yaml, by, ifIs) => remote('mesh.apply', yaml, by, ifIs),
  reset: () => remote('mesh.reset'),
  instance: (service) => remote('mesh.instance', service),
  faultOn: (edge) => remote('mesh.faultOn', edge),
  faults: () => remote('mesh.faults'),
  setFault: (edge, fault) => remote('mesh.setFault', edge, fault),
  cacheFault: () => remote('mesh.cacheFault'),
  setCacheFault: (fault) => remote('mesh.setCacheFault', fault),
  identities: () => remote('mesh.identities'),
  rotateDue: () => remote('mesh.rotateDue'),
  issueIdentity: (service, fault) => remote('mesh.issueIdentity', service, fault),
})

/** What cannot be done to a shop in a cluster: what Istio keeps to itself, and without it the mesh; a Job without requests takes no pod's CPU. */
function lackedBy(placement: Placement): RangeFeature[] {
  if (placement.role !== 'observability' || !placement.cluster) return ['cluster']
  const always = ['mesh-instances', 'canary', 'edge-reset', 'cache-proxy', 'certificates', 'descriptors', 'shared-cpu'] as const
  return placement.cluster.overlay === 'istio' ? [...always] : ['mesh', ...always]
}

/** The end of the shop's side: does what it is asked for by name. */
export function shopAnswers(range: Parameters<typeof shopCalls>[0]): (method: string, args: unknown[]) => Promise<unknown> {
  const calls = shopCalls(range)
  return async (method, args) => {
    if (method === 'time') return Date.now()
    const known = Object.hasOwn(calls, method) ? calls[method] : undefined
    if (!known) throw new FiredrillError('not-found', `the agent does not know ${method}`)
    return (await known(...(args as never[]))) ?? null
  }
}

/** What the other host may ask of the shop's: each by its name in `Range`. */
function shopCalls(
  range: Pick<Range, 'status' | 'processes' | 'releases' | 'config' | 'queue' | 'jobs' | 'mesh' | 'cluster'>,
): Record<string, (...args: never[]) => Promise<unknown>> {
  const { processes, releases, config, queue, jobs, mesh, cluster } = range
  return {
    status: range.status,
    'processes.start': processes.start,
    'processes.stop': processes.stop,
    'processes.restart': processes.restart,
    'processes.signal': processes.signal,
    'processes.descriptors': processes.descriptors,
    'processes.limitDescriptors': processes.limitDescriptors,
    'releases.current': releases.current,
    'releases.deploy': releases.deploy,
    'releases.history': releases.history,
    'releases.canary': releases.canary,
    'releases.setCanary': releases.setCanary,
    'config.get': config.get,
    'config.set': config.set,
    'queue.bindings': queue.bindings,
    'queue.policies': queue.policies,
    'queue.setPolicy': queue.setPolicy,
    'queue.removePolicy': queue.removePolicy,
    'queue.memory': queue.memory,
    'queue.limitMemory': queue.limitMemory,
    'jobs.start': jobs.start,
    'jobs.stop': jobs.stop,
    'jobs.running': jobs.running,
    ...(cluster
      ? {
          'cluster.pods': cluster.pods,
          'cluster.services': cluster.services,
          'cluster.rollouts': cluster.rollouts,
          'cluster.events': cluster.events,
          'cluster.autoscalers': cluster.autoscalers,
          'cluster.networkPolicies': cluster.networkPolicies,
          'cluster.enforcesPolicies': cluster.enforcesPolicies,
          'cluster.budgets': cluster.budgets,
          'cluster.describe': cluster.describe,
          'cluster.edits': cluster.edits,
          'cluster.edit': cluster.edit,
          'cluster.sync': cluster.sync,
          'cluster.handmade': cluster.handmade,
          'cluster.undoHandmade': cluster.undoHandmade,
          'cluster.quota': cluster.quota,
          'cluster.setQuota': cluster.setQuota,
          'cluster.deletePods': cluster.deletePods,
          'cluster.rotated': cluster.rotated,
          'cluster.rotateCredential': cluster.rotateCredential,
          'cluster.restoreCredential': cluster.restoreCredential,
        }
      : {}),
    'mesh.policy': mesh.policy,
    'mesh.history': mesh.history,
    'mesh.apply': mesh.apply,
    'mesh.reset': mesh.reset,
    'mesh.instance': mesh.instance,
    'mesh.faultOn': mesh.faultOn,
    'mesh.faults': mesh.faults,
    'mesh.setFault': mesh.setFault,
    'mesh.cacheFault': mesh.cacheFault,
    'mesh.setCacheFault': mesh.setCacheFault,
    'mesh.identities': mesh.identities,
    'mesh.rotateDue': mesh.rotateDue,
    'mesh.issueIdentity': mesh.issueIdentity,
  }
}
