import { proxyNames, type ComponentName } from '../../../model/components.ts'
import type { ProcessSignal, Range } from '../../../model/range.ts'
import { isWorkload, type Workload } from './ports.ts'
import type { Rollouts } from './rollouts.ts'
import type { ClusterShopOptions } from './context.ts'
import { unavailable } from './unavailable.ts'

const workload = (name: ComponentName): Workload => (isWorkload(name) ? name : unavailable(`this operation on ${name}`))

/**
 * Components as processes, each of which is a workload of a cluster: a stopped one has no pods, and in a suspended one the containers' processes are
 * suspended.
 */
export function clusterProcesses(
  { cluster, state }: Pick<ClusterShopOptions, 'cluster' | 'state'>,
  { scale, settled, gone, renew }: Rollouts,
): Range['processes'] {
  const hold = async (name: Workload, how: 'stopped' | 'killed' | 'suspended' | null) => {
    await state.change(({ held: { [name]: _before, ...others } }) => ({ held: how === null ? others : { ...others, [name]: how } }))
  }

  /** Sends a signal to the processes in a component's own containers, apart from the sender. */
  async function signalAll(name: Workload, signal: ProcessSignal): Promise<void> {
    const script = `for d in /proc/[0-9]*; do p=\${d#/proc/}; [ "$p" != "$$" ] && [ -O "$d" ] && kill -${signal.slice(3)} "$p"; done; true`
    for (const { metadata } of await cluster.pods(name)) {
      if (metadata?.name) await cluster.run(metadata.name, name, ['/bin/sh', '-c', script])
    }
  }

  async function start(name: Workload): Promise<void> {
    const held = state.now.held[name]
    if (held === 'suspended') await signalAll(name, 'SIGCONT')
    if (held !== undefined) await hold(name, null)
    await scale(name, 1)
    await settled(name)
  }

  return {
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
        // A pod whose processes hang does not end in time by itself.
        if (state.now.held[known] === 'suspended') await cluster.deletePods(known, 0)
        await hold(known, null)
        await scale(known, 1)
      } else await renew(known)
      await settled(known)
    },
    async signal(name, signal) {
      const known = workload(name)
      if (signal === 'SIGKILL') {
        // A killed container is restarted immediately: to stay down, its workload must have no pods.
        await hold(known, 'killed')
        await scale(known, 0)
        await cluster.deletePods(known, 0)
        return gone(known)
      }
      await hold(known, signal === 'SIGSTOP' ? 'suspended' : null)
      await signalAll(known, signal)
    },
    descriptors: async () => unavailable('the number of file descriptors'),
    limitDescriptors: async () => unavailable('a limit of file descriptors'),
    clocks: async () => unavailable('the clock of a service'),
    setClock: async () => unavailable('a clock of a service'),
  }
}
