import { Injector } from '../injector.ts'
import type { Ledger } from '../ledger.ts'
import { openLocalRange, rangeOf } from '../wiring.ts'

/** What the reaper acts with: the range, and every fault there is. Much to load, and needed by few of its looks. */
export function openHands(dir: string, ledger: Ledger) {
  const target = openLocalRange(dir)
  return { target, injector: new Injector(rangeOf(target), ledger) }
}

export type Hands = ReturnType<typeof openHands>
