import type { Ledger } from '../ledger.ts'
import { ledgerWrites } from '../simulation/mortal.ts'

/** The ledger takes nothing any more, as on a full disk: what is there can be read. Returns what makes room again. */
export function fillDisk(ledger: Ledger): () => void {
  const full = () => {
    throw new Error('database or disk is full')
  }
  for (const method of ledgerWrites) Object.defineProperty(ledger, method, { value: full, configurable: true })
  return () => {
    for (const method of ledgerWrites) Reflect.deleteProperty(ledger, method)
  }
}
