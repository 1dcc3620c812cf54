import type { Backups } from '../model/backups.ts'
import type { RangeContext } from '../range/context.ts'
import { localBackups, type BackupTarget } from '../range/targets/local/backups.ts'
import { launch } from '../range/targets/local/process.ts'
import { RangeState } from '../range/targets/local/state.ts'

/** Backups of a test's own PostgreSQL; a second call simulates another process of the range. */
export function ownBackups(context: RangeContext): Backups & { target: BackupTarget } {
  const state = new RangeState(context.dir)
  const target: BackupTarget = {
    context,
    state,
    launch: (spec, name, tier, logPath) => launch(spec, { rangeId: context.config.id, name, logPath, tier, precedence: { means: 'nice' } }),
  }
  return { ...localBackups(target), target }
}
