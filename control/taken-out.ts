import type { DrillEvent } from '../model/drill.ts'
import type { FaultRecord } from '../model/fault.ts'

/**
 * Reverts of a drill's faults that its events do not have: those past their deadline are over as planned; others that somebody reverts, or has begun
 * to, are lost to the drill. `own` has those that the engine reverts itself.
 */
export function takenOut(
  events: readonly DrillEvent[],
  recordOf: (instance: string) => FaultRecord | null,
  own: ReadonlySet<string>,
  now: number,
): { over: FaultRecord[]; lost: FaultRecord[] } {
  const known = revertedIn(events)
  const over: FaultRecord[] = []
  const lost: FaultRecord[] = []
  for (const event of events) {
    if (event.type !== 'fault-injected' || known.has(event.instance) || own.has(event.instance)) continue
    const record = recordOf(event.instance)
    if (!record || record.state === 'planned' || record.state === 'injected') continue
    if ((record.revertedAt ?? now) < record.deadlineAt) lost.push(record)
    else if (record.state === 'reverted') over.push(record)
  }
  return { over, lost }
}

/** The faults of a drill whose revert its events have. */
export const revertedIn = (events: readonly DrillEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => (event.type === 'fault-reverted' ? [event.instance] : [])))
