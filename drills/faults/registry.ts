import { FiredrillError } from '../../model/errors.ts'
import type { AnyFault } from '../../model/fault.ts'
import { badConfig } from './bad-config.ts'
import { badRelease } from './bad-release.ts'
import { loadSpike } from './load-spike.ts'
import { noop } from './noop.ts'
import { postgresConnectionLimit } from './postgres-connection-limit.ts'
import { postgresLock } from './postgres-lock.ts'
import { postgresMissingIndex } from './postgres-missing-index.ts'
import { processHang } from './process-hang.ts'
import { processKill } from './process-kill.ts'
import { queuePoison } from './queue-poison.ts'
import { redisMemoryLimit } from './redis-memory-limit.ts'
import { slowBank } from './slow-bank.ts'

export const faults: readonly AnyFault[] = [
  noop,
  processKill,
  processHang,
  badRelease,
  badConfig,
  slowBank,
  postgresLock,
  postgresConnectionLimit,
  postgresMissingIndex,
  redisMemoryLimit,
  queuePoison,
  loadSpike,
]

export function faultById(id: string): AnyFault {
  const fault = faults.find((candidate) => candidate.id === id)
  if (!fault) throw new FiredrillError('not-found', `there is no fault '${id}': choose ${faults.map((known) => known.id).join(', ')}`)
  return fault
}
