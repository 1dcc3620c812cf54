import { useEffect, useState } from 'react'
import type { DrillEvent } from '../../../../model/drill.ts'
import { isRecord, jsonOrNull } from '../../../../model/json.ts'
import type { CharacterId } from '../../../../model/people.ts'
import { ring } from '../pager-bell.tsx'
import { callIn, talkIn, unreadIn, type Said } from './talk.ts'

export interface Inbox {
  talk: Said[]
  selected: CharacterId | null
  select(person: CharacterId | null): void
  unread: Partial<Record<CharacterId, number>>
  /** The person on the phone. */
  call: Said | null
  decline(): void
  sound: boolean
  toggleSound(): void
}

const soundKey = 'firedrill.people-sound'

/** Up to which message each person's were read, as stored in this tab; empty if it cannot be parsed. */
function readIn(kept: string | null): Record<string, number> {
  const read = jsonOrNull(kept ?? '{}')
  if (!isRecord(read)) return {}
  return Object.fromEntries(Object.entries(read).flatMap(([person, id]) => (typeof id === 'number' ? [[person, id]] : [])))
}

/** What was read is kept as long as the tab is open. */
export function useInbox(drill: string, events: readonly DrillEvent[]): Inbox {
  const key = `firedrill.inbox.${drill}`
  const [read, setRead] = useState<Record<string, number>>(() => readIn(sessionStorage.getItem(key)))
  const [declined, setDeclined] = useState(0)
  const [selected, setSelected] = useState<CharacterId | null>(null)
  const [sound, setSound] = useState(() => localStorage.getItem(soundKey) !== 'off')
  const talk = talkIn(events)
  const lastOf = (person: CharacterId): number => talk.findLast((event) => event.person === person)?.id ?? 0
  const last = talk.findLast((event) => event.type === 'person-said')
  /** Up to which message a sound was played; none for messages from before the page was opened. */
  const [heard, setHeard] = useState<number | null>(null)

  // Messages that arrive while their conversation is open count as read.
  const lastOfSelected = selected === null ? 0 : lastOf(selected)
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- what comes while the talk is open is read
    if (selected !== null) setRead((before) => ({ ...before, [selected]: lastOfSelected }))
  }, [selected, lastOfSelected])
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(read)), [key, read])
  useEffect(() => {
    if (events.length === 0 || (heard !== null && (last?.id ?? 0) <= heard)) return
    // oxlint-disable-next-line react/set-state-in-effect -- goes with the sound, which is an effect
    setHeard(last?.id ?? 0)
    if (sound && heard !== null && last) ring(last.type === 'person-said' && last.via === 'phone' ? phoneTones : chatTones)
  }, [events.length, last, heard, sound])

  const call = callIn(talk, read)
  return {
    talk,
    selected,
    select: setSelected,
    unread: unreadIn(talk, read),
    call: call && call.id > declined ? call : null,
    decline: () => setDeclined(call?.id ?? 0),
    sound,
    toggleSound() {
      setSound(!sound)
      localStorage.setItem(soundKey, sound ? 'off' : 'on')
    },
  }
}

const chatTones = [[0, 520]] as const
const phoneTones = [
  [0, 440],
  [0.3, 440],
  [0.6, 440],
] as const
