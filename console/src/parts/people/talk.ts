import type { DrillEvent } from '../../../../model/drill.ts'
import type { CharacterId } from '../../../../model/people.ts'

export type Said = Extract<DrillEvent, { type: 'person-said' | 'person-asked' }>

/** The messages between the trainee and people, oldest first. */
export const talkIn = (events: readonly DrillEvent[]): Said[] =>
  events.filter((event): event is Said => event.type === 'person-said' || event.type === 'person-asked')

/** Number of unread messages of each person: those after the last one read. */
export function unreadIn(talk: readonly Said[], read: Readonly<Record<string, number>>): Partial<Record<CharacterId, number>> {
  const unread: Partial<Record<CharacterId, number>> = {}
  for (const event of talk)
    if (event.type === 'person-said' && event.id > (read[event.person] ?? 0)) unread[event.person] = (unread[event.person] ?? 0) + 1
  return unread
}

/** The ringing call: the last message by phone that was neither read nor declined. */
export const callIn = (talk: readonly Said[], read: Readonly<Record<string, number>>): Said | null =>
  talk.findLast((event) => event.type === 'person-said' && event.via === 'phone' && event.id > (read[event.person] ?? 0)) ?? null
