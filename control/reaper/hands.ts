import { Injector } from '../injector.ts'
import type { Ledger } from '../ledger.ts'
import { openLocalRange, rangeOf } from '../wiring.ts'

/** What the reaper needs to act: the range, and all faults. It is slow to load, and few ticks need it. */
export function openHands(dir: string, ledger: Ledger) {
  const target = openLocalRange(dir)
  return { target, injector: new Injector(rangeOf(target), ledger) }
}

export type Hands = ReturnType<typeof openHands>
