import { proxyNames, serviceNames, datastoreNames, type ComponentName } from '../../../model/components.ts'
import { family, listProcesses, liveness } from './identity.ts'
import { RangeState } from './state.ts'

/** A process of the shop, and the part that it belongs to. */
interface ShopProcess {
  pid: number
  /** A component's name, or `job-` and the id of a job. */
  of: string
}

const parts: readonly ComponentName[] = [...serviceNames, 'canary', ...proxyNames, ...datastoreNames, 'postgres-exporter', 'redis-exporter']

/** Every process of the shop on this host: of its components and its jobs, with all descendants. None of monitoring, load or drills. */
export function shopProcesses(dir: string): ShopProcess[] {
  const state = new RangeState(dir)
  const all = listProcesses()
  const names = [...parts, ...state.jobs().map((id): `job-${string}` => `job-${id}`)]
  return names.flatMap((name) => {
    const record = state.run(name)
    return record && liveness(record) !== 'gone' ? family(record.pid, all).map((pid) => ({ pid, of: name })) : []
  })
}
