import type { DrillEvent } from '../model/drill.ts'
import type { FaultRecord } from '../model/fault.ts'

/**
 * What became of a drill's faults without its events knowing: those past their limit are over as planned; others that somebody takes out,
 * or has begun to, are taken from the drill. Whatever the engine takes out itself is in `own`.
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

/** The faults of a drill that its events know to be out. */
export const revertedIn = (events: readonly DrillEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap((event) => (event.type === 'fault-reverted' ? [event.instance] : [])))
