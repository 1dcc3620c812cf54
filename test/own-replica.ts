import type { ReplicaPort } from '../model/range/replica.ts'
import type { RangeContext } from '../range/context.ts'
import type { BackupTarget } from '../range/targets/local/backups.ts'
import { launch } from '../range/targets/local/process.ts'
import { localReplica } from '../range/targets/local/replica.ts'
import { RangeState } from '../range/targets/local/state.ts'

/** The replica of a test's own PostgreSQL; a second call simulates another process of the range. */
export function ownReplica(context: RangeContext): ReplicaPort & { target: BackupTarget } {
  const target: BackupTarget = {
    context,
    state: new RangeState(context.dir),
    launch: (spec, name, tier, logPath) => launch(spec, { rangeId: context.config.id, name, logPath, tier, precedence: { means: 'nice' } }),
  }
  return { ...localReplica(target), target }
}
