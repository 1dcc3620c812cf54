import { characters } from '../../../../people/characters/registry.ts'
import { ticketsHandled } from '../../../../people/ticket-list.ts'
import { handoverInWords } from '../../../../model/handover.ts'
import type { DrillEvent } from '../../../../model/drill.ts'

interface LaneItem {
  /** Milliseconds since the epoch; a point if both are the same. */
  from: number
  to: number
  text: string
  tone: 'bad' | 'good' | 'plain'
}
export interface Lane {
  name: string
  items: LaneItem[]
}

/** The events of a drill in lanes: what fired, was looked at, done, said and hinted. Empty lanes are left out. */
export function lanesOf(events: readonly DrillEvent[], endedAt: number): Lane[] {
  const at = (event: DrillEvent, text: string, tone: LaneItem['tone'] = 'plain'): LaneItem[] => [
    { from: event.at, to: event.at, text, tone },
  ]
  const pick = (name: string, items: (event: DrillEvent) => LaneItem[]): Lane => ({ name, items: events.flatMap(items) })
  return [
    { name: 'Pages', items: pagesOf(events, endedAt) },
    pick('Looked at', (event) => (event.type === 'place-viewed' ? at(event, event.detail) : [])),
    pick('Done', (event) => {
      if (event.type === 'page-acknowledged') return at(event, 'Acknowledged the page', 'good')
      if (event.type === 'command-run')
        return at(
          event,
          `$ ${event.command}`,
          event.status !== 0 || event.harmful !== null ? 'bad' : event.kind === 'change' ? 'good' : 'plain',
        )
      if (event.type !== 'action-run') return []
      return at(
        event,
        `${event.title}: ${event.summary}`,
        !event.ok || event.harmful !== null ? 'bad' : event.kind === 'change' ? 'good' : 'plain',
      )
    }),
    pick('Cause named', (event) =>
      event.type === 'cause-named'
        ? at(event, `${event.component}, ${event.category}: ${event.correct ? 'right' : 'wrong'}`, event.correct ? 'good' : 'bad')
        : [],
    ),
    pick('Told', (event) => {
      if (event.type === 'status-posted') return at(event, `To ${event.audience ?? 'users'}, ${event.status}: ${event.text}`)
      if (event.type === 'person-asked') return at(event, `To the ${characters[event.person].role.toLowerCase()}: ${event.text}`)
      if (event.type === 'handover-written') return at(event, `Handover note: ${handoverInWords(event)}`)
      if (event.type === 'said') return at(event, `To the team: ${event.text}`)
      return event.type === 'note-added' ? at(event, `Note: ${event.text}`) : []
    }),
    pick('People', (event) => {
      if (event.type === 'person-said') return at(event, `${characters[event.person].role}: ${event.text}`)
      return event.type === 'quiet-asked' && event.forMs > 0
        ? [{ from: event.at, to: quietUntil(events, event.at + event.forMs, event.at), text: 'No interruptions', tone: 'good' as const }]
        : []
    }),
    pick('Tickets', (event) => {
      if (event.type === 'ticket-opened') return at(event, `Ticket ${event.number}: ${event.translation ?? event.text}`)
      return event.type === 'tickets-handled' ? at(event, ticketsHandled(event), 'good') : []
    }),
    pick('Coach', (event) => {
      if (event.type === 'hint-given') return at(event, `Hint: ${event.text}`)
      if (event.type === 'scenario-eased') return at(event, `Made it easier: ${event.what}`)
      return event.type === 'coach-said' ? at(event, event.text) : []
    }),
  ].filter(({ items }) => items.length > 0)
}

/** When a requested quiet ended. */
const quietUntil = (events: readonly DrillEvent[], planned: number, from: number): number =>
  events.find((event) => event.type === 'quiet-ended' && event.at >= from)?.at ?? planned

/** From a page until it was resolved, or the end. */
function pagesOf(events: readonly DrillEvent[], endedAt: number): LaneItem[] {
  const open = new Map<string, LaneItem>()
  const pages: LaneItem[] = []
  for (const event of events) {
    if (event.type === 'page-received' && !open.has(event.alert.fingerprint)) {
      const page: LaneItem = { from: event.at, to: endedAt, text: `${event.alert.summary} (${event.alert.name})`, tone: 'bad' }
      open.set(event.alert.fingerprint, page)
      pages.push(page)
    }
    if (event.type === 'page-resolved') {
      const page = open.get(event.alert.fingerprint)
      if (page) page.to = event.at
      open.delete(event.alert.fingerprint)
    }
  }
  return pages
}

/** Puts items that overlap in time into rows: each goes into the first that is free at its start. */
export function rowsOf(items: readonly LaneItem[]): LaneItem[][] {
  const rows: LaneItem[][] = []
  for (const item of items) {
    const free = rows.find((row) => (row.at(-1)?.to ?? 0) < item.from)
    if (free) free.push(item)
    else rows.push([item])
  }
  return rows
}
