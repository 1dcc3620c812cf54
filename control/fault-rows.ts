import type { SQLOutputValue } from 'node:sqlite'
import { faultRamp, faultState, type FaultRecord } from '../model/fault.ts'
import { checked } from '../model/outside.ts'

/** A fault, as a row of the ledger's table. */
export const faultIn = (row: Record<string, SQLOutputValue>): FaultRecord => ({
  instance: String(row['instance']),
  fault: String(row['fault']),
  params: JSON.parse(String(row['params'])) as unknown,
  undo: JSON.parse(String(row['undo'])) as unknown,
  drill: row['drill'] === null ? null : String(row['drill']),
  state: checked(faultState, row['state'], `the state of the fault ${String(row['instance'])} in the ledger`, 'internal'),
  plannedAt: Number(row['planned_at']),
  injectedAt: row['injected_at'] === null ? null : Number(row['injected_at']),
  deadlineAt: Number(row['deadline_at']),
  revertedAt: row['reverted_at'] === null ? null : Number(row['reverted_at']),
  error: row['error'] === null ? null : String(row['error']),
  ramp: row['ramp'] === null ? null : faultRamp.parse(JSON.parse(String(row['ramp']))),
})
