import { faultById } from '../drills/faults/registry.ts'
import type { Range } from '../model/range.ts'

/** Injects a fault; returns a function that reverts it by its undo record, as stored in the ledger. */
export async function injected(range: Range, id: string, raw: Record<string, unknown>): Promise<() => Promise<void>> {
  const fault = faultById(id)
  const params = fault.params.parse(raw)
  const context = { range }
  const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context, params)))
  await fault.inject(context, params, undo)
  return () => fault.revert(context, undo)
}
