import type { Ledger } from '../ledger.ts'
import { ledgerWrites } from '../simulation/mortal.ts'

/** Makes the ledger read-only, as on a full disk. Returns a function that makes room again. */
export function fillDisk(ledger: Ledger): () => void {
  const full = () => {
    throw new Error('database or disk is full')
  }
  for (const method of ledgerWrites) Object.defineProperty(ledger, method, { value: full, configurable: true })
  return () => {
    for (const method of ledgerWrites) Reflect.deleteProperty(ledger, method)
  }
}
