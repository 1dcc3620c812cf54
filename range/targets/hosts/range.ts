/*
 * A range on two hosts. Begin here: `hostsRange` is the range as the monitoring host has it. What is done on the shop's host is a method of `shop-methods.ts`,
 * asked for through the agents of both hosts (`control/agent/`) and their connection (`link.ts`).
 */
import type { ComponentName, ComponentStatus } from '../../../model/components.ts'
import { FiredrillError, describeError, errorIn } from '../../../model/errors.ts'
import type { Range, RangeFeature } from '../../../model/range.ts'
import { clusterWithShop, type Placement, type RangeContext } from '../../context.ts'
import { placedOn } from '../../topology.ts'
import { localRange } from '../local/range.ts'
import { forgetTarget, reloadPrometheus } from '../local/monitoring.ts'
import type { LocalTarget } from '../local/target.ts'
import { resultIn, type CallRequest } from './calls.ts'
import { shopStub, type Ask, type ShopStub } from './shop-methods.ts'

/** Timeout for operations of the shop's host: starting a component alone may take that long. */
const callTimeoutMs = 90_000
const statusTimeoutMs = 4_000

/** What the agents know about each other. */
export interface HostsStatus {
  connected: boolean
  /** Milliseconds since the epoch; 0 when the other host is disconnected. */
  connectedAt: number
  /** Connected hosts of users. */
  loadHosts: number
  /** Round trip in milliseconds; null when it is disconnected. */
  roundTripMs: number | null
  /** By how much the other host's clock is ahead of this one's, in milliseconds, accurate to half of the round trip. */
  clockOffsetMs: number | null
}

/** The state of the other host, by the agent of this one; null if there is only one. */
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

/** Calls the agent of the shop's host through the agent of this one. */
const askShop =
  (context: RangeContext): Ask =>
  async (method, args, timeoutMs = callTimeoutMs) => {
    const url = `http://127.0.0.1:${context.port('agent')}/rpc`
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${context.config.tokens.service}`, 'content-type': 'application/json' },
      body: JSON.stringify({ method, args: [...args], timeoutMs } satisfies CallRequest),
      signal: AbortSignal.timeout(timeoutMs + 1_000),
    }).catch((error: unknown) => {
      throw new FiredrillError('component-unreachable', `the agent of this host does not answer: ${describeError(error)}`, { cause: error })
    })
    const answer: unknown = await response.json().catch(() => null)
    if (!response.ok) throw errorIn(answer, `${method} was answered ${response.status}`)
    return resultIn(answer, method)
  }

/**
 * The `Range` of two hosts, on the monitoring host. Operations through a port (the database, the cache, messages) run here, because the shop's ports
 * are on this loopback too; operations on the shop's processes and files are sent to the agent there.
 */
export function hostsRange(target: LocalTarget): Range {
  const { context } = target
  // Its data stores are on the other host: nothing is mounted here.
  const here = localRange(target, () => false)
  const local = placedHere()
  const shop = shopStub(askShop(context), { status: statusTimeoutMs })
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
        shop.host.status(options).catch((error: unknown) => away(describeError(error))),
      ])
      return [...theirs.filter(({ name }) => !local.has(name)), ...ours]
    },
    processes: placedProcesses(here, shop),
    releases: shopReleases(target, here, shop),
    config: shop.config,
    flags: here.flags && !clusterWithShop(context.config.placement) ? { baseline: here.flags.baseline, ...shop.flags } : null,
    backups: clusterWithShop(context.config.placement) ? null : shop.backups,
    // A service connects to it on the loopback of its own host, and its agent has no operations for one.
    replica: null,
    // Its agent could mount them; whether it may is not known here.
    volumes: null,
    queue: { ...here.queue, ...shop.queue },
    jobs: shop.jobs,
    cluster: context.config.placement.role === 'observability' && context.config.placement.cluster ? shop.cluster : null,
    mesh: { baseline: here.mesh.baseline, check: here.mesh.check, ...shop.mesh },
  }
}

const placedHere = () => new Set<ComponentName>(placedOn('observability').map(({ name }) => name))

function placedProcesses({ processes: here }: Range, { processes: there }: ShopStub): Range['processes'] {
  const local = placedHere()
  const of = (name: ComponentName) => (local.has(name) ? here : there)
  return {
    start: (name) => of(name).start(name),
    stop: (name) => of(name).stop(name),
    restart: (name) => of(name).restart(name),
    signal: (name, signal) => of(name).signal(name, signal),
    descriptors: (name) => of(name).descriptors(name),
    limitDescriptors: (name, limit) => of(name).limitDescriptors(name, limit),
    clocks: () => there.clocks(),
    setClock: (service, offsetSeconds) => there.setClock(service, offsetSeconds),
  }
}

const shopReleases = (target: LocalTarget, here: Range, { releases }: ShopStub): Range['releases'] => ({
  list: here.releases.list,
  baseline: here.releases.baseline,
  ...releases,
  async setCanary(canary, by) {
    // Its monitoring is here, and has to know it from its start to its stop.
    if (canary === null) {
      target.state.setCanary(null)
      await forgetTarget(target, 'canary')
    }
    await releases.setCanary(canary, by)
    if (canary === null) return
    target.state.setCanary(canary)
    await reloadPrometheus(target)
  },
})

/** What a shop in a cluster does not support: with Istio, its internals; without it, the mesh. A Job without requests takes no pod's CPU. */
function lackedBy(placement: Placement): RangeFeature[] {
  if (placement.role !== 'observability' || !placement.cluster) return ['cluster', 'volumes', 'replica']
  const always = [
    'mesh-instances',
    'canary',
    'edge-reset',
    'cache-proxy',
    'certificates',
    'descriptors',
    'shared-cpu',
    'backups',
    'replica',
    'clocks',
    'flags',
    'volumes',
  ] as const
  return placement.cluster.overlay === 'istio' ? [...always] : ['mesh', ...always]
}
