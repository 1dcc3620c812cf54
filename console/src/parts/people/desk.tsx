import { useEffect, useMemo, useState } from 'react'
import type { DrillEvent, ToldDrill } from '../../../../model/drill.ts'
import { ticketsIn } from '../../../../people/ticket-list.ts'
import type { Inbox } from './inbox.ts'
import { PeoplePanel, usePeople } from './panel.tsx'
import { TicketPanel } from './tickets.tsx'

/** Messages of people and tickets of customers, in two tabs; people only, as long as there are no tickets. */
export function Desk({ drill, inbox, events }: { drill: ToldDrill; inbox: Inbox; events: readonly DrillEvent[] }) {
  const { data } = usePeople(drill.id)
  const tickets = useMemo(() => ticketsIn(events), [events])
  const key = `firedrill.tickets.${drill.id}`
  const [chosen, setChosen] = useState<'people' | 'tickets'>('people')
  const [read, setRead] = useState(() => Number(sessionStorage.getItem(key) ?? 0))
  const hasPeople = data !== undefined && (data.communication !== null || inbox.talk.length > 0)
  const tab = hasPeople ? chosen : 'tickets'
  const last = tickets.at(-1)?.number ?? 0
  // Tickets that arrive while the tab is open count as read.
  useEffect(() => {
    if (tab !== 'tickets' || !hasPeople) return
    // oxlint-disable-next-line react/set-state-in-effect -- what comes while the tab is open is read
    setRead(last)
    sessionStorage.setItem(key, String(last))
  }, [tab, hasPeople, last, key])
  // Answering a call opens the tab of people.
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- a call is answered elsewhere
    if (inbox.selected !== null) setChosen('people')
  }, [inbox.selected])
  if (tickets.length === 0) return <PeoplePanel drill={drill} inbox={inbox} />
  if (!hasPeople) return <TicketPanel drill={drill} tickets={tickets} />
  const said = Object.values(inbox.unread).reduce((sum, count) => sum + count, 0)
  const written = tickets.filter(({ number }) => number > read).length
  return (
    <div className="desk">
      <div role="tablist" aria-label="Inbox">
        <button role="tab" aria-selected={tab === 'people'} onClick={() => setChosen('people')}>
          People <Unread count={said} />
        </button>
        <button
          role="tab"
          aria-selected={tab === 'tickets'}
          onClick={() => {
            // A hidden tab is not read.
            inbox.select(null)
            setChosen('tickets')
          }}
        >
          Tickets <Unread count={written} />
        </button>
      </div>
      {tab === 'people' ? <PeoplePanel drill={drill} inbox={inbox} /> : <TicketPanel drill={drill} tickets={tickets} />}
    </div>
  )
}

const Unread = ({ count }: { count: number }) => (count > 0 ? <b className="unread">{count} new</b> : null)
