import { useEffect, useState } from 'react'
import type { DrillEvent } from '../../../../model/drill.ts'
import { handoversIn, type WrittenHandover } from '../../../../people/handover.ts'

export interface Handovers {
  /** Newest first. */
  notes: WrittenHandover[]
  /** The newest, if it was not read in this tab. */
  unread: WrittenHandover | null
  read(): void
  /** The next note that is written here counts as read by its author; or none comes, because it was refused. */
  expectOwn(comes: boolean): void
}

/** Which notes were read is kept as long as the tab is open: a new tab for a running drill has read nothing. */
export function useHandovers(drill: string, events: readonly DrillEvent[]): Handovers {
  const key = `firedrill.handover.${drill}`
  const [readTo, setReadTo] = useState(() => Number(sessionStorage.getItem(key) ?? 0))
  const [ownAfter, setOwnAfter] = useState<number | null>(null)
  const notes = handoversIn(events).toReversed()
  const newest = notes[0]
  const last = newest?.id ?? 0
  useEffect(() => sessionStorage.setItem(key, String(readTo)), [key, readTo])
  useEffect(() => {
    if (ownAfter === null || last <= ownAfter) return
    // oxlint-disable-next-line react/set-state-in-effect -- a note of one's own has been read once it is among the events
    setReadTo(last)
    setOwnAfter(null)
  }, [ownAfter, last])
  return {
    notes,
    unread: newest && last > readTo && ownAfter === null ? newest : null,
    read: () => setReadTo(last),
    expectOwn: (comes) => setOwnAfter(comes ? last : null),
  }
}
