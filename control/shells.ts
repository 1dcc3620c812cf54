import path from 'node:path'
import { mostNamed } from '../drills/evidence.ts'
import { readCommand } from '../drills/evidence/read-command.ts'
import type { Range } from '../model/range.ts'
import { describeError } from '../model/errors.ts'
import { clusterWithShop, type RangeContext } from '../range/context.ts'
import { join } from '../range/targets/hosts/forward.ts'
import { openShop } from '../range/targets/hosts/open.ts'
import { namespace, onCallAccount } from '../range/targets/kubernetes/names.ts'
import { logsFrom } from '../shell/log-stream.ts'
import { filesHere } from '../shell/log-view.ts'
import { admitOnCall } from '../shell/on-call.ts'
import { refuseOperator, serveOperator } from '../shell/operator/serve.ts'
import { shopSeen } from '../shell/operator/shop.ts'
import { jailTrouble } from '../shell/possible.ts'
import { Shells } from '../shell/shells.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Looks } from './looks.ts'
import { cacheDir } from './paths.ts'
import { logSources } from './wiring.ts'

/** Exit statuses of a command that has shown something: success, or stopped by Ctrl C, or by `head`. */
const looked = new Set([0, 130, 141])

interface Wired {
  context: RangeContext
  range: Range
  engine: DrillEngine
  looks: Looks
  /** Why terminals are unavailable; determined by a test if not given. */
  trouble?: () => Promise<string | null>
}

/** The terminals of a range: what is done in them counts for the running drill, and they end with it. */
export function shellsOf({ context, range, engine, looks, trouble = jailTrouble }: Wired): Shells {
  const shells = new Shells({
    context,
    ...placedWith(context),
    hidden: [context.root, context.dir, cacheDir],
    cache: cacheDir,
    trouble: async () => inPod(context, await trouble()),
    admit: () => admitOnCall(context, range),
    recordings: () => {
      const state = engine.running()
      return state?.phase === 'running' ? recordingsOf(context, state.id) : null
    },
    onCommand: ({ command, folder, status, shell, owner, read }) => {
      const { changes, sameAs, looks: places } = readCommand(command)
      engine.response.noteCommand({ command, folder, status, shell, kind: changes ? 'change' : 'inspect', sameAs }, owner.by)
      if (!looked.has(status)) return
      for (const { view, component, detail, answeredBy } of places.slice(0, mostNamed))
        if (answeredBy === null || read.includes(answeredBy)) looks.read({ key: owner.key, by: owner.by }, view, [component], detail)
    },
  })
  void shells.sweep()
  engine.live.on('over', () => shells.closeAll('the drill is over'))
  engine.live.on('event', (event) => {
    // What is left in them is from an earlier process.
    if (event.type === 'drill-started') shells.closeAll('a drill has begun: open another')
  })
  return shells
}

/** Where the recordings of a drill's terminals are kept. */
export const recordingsOf = ({ dir }: Pick<RangeContext, 'dir'>, drill: string): string => path.join(dir, 'terminals', drill)

/** Where the shop's processes and logs are: on this host, or with the agent of the shop's host. */
function placedWith(context: RangeContext): Pick<ConstructorParameters<typeof Shells>[0], 'logs' | 'operate' | 'kubernetes'> {
  const here = filesHere(logSources(context))
  if (clusterWithShop(context.config.placement))
    return {
      logs: [here, logsFrom(() => openShop(context, 'logs'))],
      operate: (socket) => refuseOperator(socket, askCluster),
      kubernetes: () => openShop(context, 'kubernetes'),
    }
  if (context.config.placement.role === 'all') return { logs: [here], operate: (socket) => serveOperator(socket, () => shopSeen(context)) }
  return {
    logs: [here, logsFrom(() => openShop(context, 'logs'))],
    operate(socket) {
      openShop(context, 'operator').then(
        (stream) => join(socket, stream),
        (error: unknown) => refuseOperator(socket, describeError(error)),
      )
    },
  }
}

const askCluster =
  "the shop's processes are in pods: use kubectl, as in 'kubectl get pods', 'kubectl describe pod NAME', 'kubectl logs deploy/orders', 'kubectl delete pod NAME'"

/** A control plane in a pod usually cannot make a jail, and installing a program does not change that. */
function inPod({ config: { placement } }: RangeContext, trouble: string | null): string | null {
  if (trouble === null || clusterWithShop(placement)?.kubeconfig !== null) return trouble
  const how = `kubectl --namespace ${namespace} --as system:serviceaccount:${namespace}:${onCallAccount} get pods`
  return `the control plane is in a pod, where no jail can be made (${trouble}): use kubectl from where you are, with the same rights: ${how}`
}
