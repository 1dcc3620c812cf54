import { endsDrill } from '../model/drill.ts'
import type { Range } from '../model/range.ts'
import type { RangeContext } from '../range/context.ts'
import { admitOnCall } from '../shell/on-call.ts'
import { jailTrouble } from '../shell/possible.ts'
import { Shells } from '../shell/shells.ts'
import type { DrillEngine } from './drill-engine.ts'
import type { Looks } from './looks.ts'
import { cacheDir } from './paths.ts'
import { logSources } from './wiring.ts'

interface Wired {
  context: RangeContext
  range: Range
  engine: DrillEngine
  looks: Looks
  /** Why there can be none; tried where it is not said. */
  trouble?: () => Promise<string | null>
}

/** The terminals of a range: what is done in them counts for the drill that runs, and they end with it. */
export function shellsOf({ context, range, engine, looks, trouble = jailTrouble }: Wired): Shells {
  void looks
  const shells = new Shells({
    context,
    logSources: logSources(context),
    hidden: [context.root, context.dir, cacheDir],
    trouble: async () => placedElsewhere(context) ?? (await trouble()),
    admit: () => admitOnCall(context, range),
    onCommand: ({ command, folder, status, shell, owner }) =>
      engine.noteCommand({ command, folder, status, shell, kind: 'inspect' }, owner.by),
  })
  shells.sweep()
  engine.live.on('event', (event) => {
    if (endsDrill(event)) shells.closeAll('the drill is over')
    // What is in them is of before.
    if (event.type === 'drill-started') shells.closeAll('a drill has begun: open another')
  })
  return shells
}

const placedElsewhere = ({ config }: RangeContext): string | null => {
  if (config.placement.role !== 'observability') return null
  return config.placement.cluster
    ? 'the shop of this range is in a cluster: use kubectl there'
    : 'the shop of this range is on another host: log in there'
}
