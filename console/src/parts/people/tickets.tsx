import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { mayDo, type ToldDrill } from '../../../../model/drill.ts'
import { formatDurationMs } from '../../../../model/duration.ts'
import type { TicketTemplateId } from '../../../../model/tickets.ts'
import { rowOf, ticketGroups } from '../../../../people/ticket-list.ts'
import { offeredTemplates, ticketTemplates } from '../../../../people/ticket-templates.ts'
import { api } from '../../lib/api.ts'
import { clock } from '../../lib/time.ts'
import { AffectedForm } from './affected.tsx'
import { Problem } from '../states.tsx'
import type { Ticket } from '../../../../model/routes/people.ts'

/** A request's logs are searched from this long before it was sent until as long after its answer. */
const aroundMs = 60_000

/** Customers' tickets, newest first: to be answered with a template, linked to the incident, and closed, several at a time. */
export function TicketPanel({ drill, tickets }: { drill: ToldDrill; tickets: readonly Ticket[] }) {
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const [template, setTemplate] = useState<TicketTemplateId>('known-problem')
  const queries = useQueryClient()
  const handle = useMutation({
    mutationFn: (doing: 'answer' | 'link' | 'close') => {
      const { id } = drill
      const numbers = [...selected]
      if (doing === 'answer') return api.post('/api/drills/:id/tickets/answer', { id, body: { numbers, template } })
      if (doing === 'link') return api.post('/api/drills/:id/tickets/link', { id, body: { numbers } })
      return api.post('/api/drills/:id/tickets/close', { id, body: { numbers } })
    },
    onSuccess: () => {
      setSelected(new Set())
      return queries.invalidateQueries({ queryKey: ['drill', drill.id] })
    },
  })
  const open = new Set(tickets.flatMap(({ number, closedAt }) => (closedAt === null ? [number] : [])))
  const may = mayDo(drill.phase, 'handle-tickets')
  const toggle = (number: number) =>
    setSelected((before) => (before.has(number) ? new Set([...before].filter((each) => each !== number)) : new Set([...before, number])))
  const idle = selected.size === 0 || handle.isPending
  return (
    <section aria-label="Tickets" className="box tickets">
      <h2>
        Tickets <span className="quiet">{open.size} open</span>
      </h2>
      <Kinds tickets={tickets} open={open} onSelect={may ? (numbers) => setSelected(new Set(numbers)) : null} />
      {may && (
        <form
          className="ticket-actions"
          onSubmit={(event) => {
            event.preventDefault()
            handle.mutate('answer')
          }}
        >
          <select aria-label="Answer" value={template} onChange={(event) => setTemplate(event.target.value as TicketTemplateId)}>
            {offeredTemplates.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
          <button disabled={idle}>Answer {selected.size > 0 ? selected.size : ''}</button>
          <button type="button" disabled={idle} onClick={() => handle.mutate('link')}>
            Link to the incident
          </button>
          <button type="button" disabled={idle} onClick={() => handle.mutate('close')}>
            Close
          </button>
          <p className="quiet">{ticketTemplates[template].text.en}</p>
        </form>
      )}
      {handle.error && <Problem error={handle.error} />}
      <ol className="ticket-list" aria-label="All tickets" tabIndex={0}>
        {tickets.toReversed().map((ticket) => (
          <li key={ticket.number} className={ticket.closedAt === null ? '' : 'closed'}>
            <OneTicket ticket={ticket}>
              {may && ticket.closedAt === null && (
                <input
                  type="checkbox"
                  aria-label={`Select ticket ${ticket.number}`}
                  checked={selected.has(ticket.number)}
                  onChange={() => toggle(ticket.number)}
                />
              )}
            </OneTicket>
          </li>
        ))}
      </ol>
      {mayDo(drill.phase, 'list-affected') && <AffectedForm drill={drill.id} />}
    </section>
  )
}

interface KindsProps {
  tickets: readonly Ticket[]
  /** Numbers of the open ones. */
  open: ReadonlySet<number>
  /** Null for users who may not handle tickets. */
  onSelect: ((numbers: number[]) => void) | null
}

/** How many tickets there are of each kind, and a button that selects the open ones of a kind. */
const Kinds = ({ tickets, open, onSelect }: KindsProps) => (
  <ul className="tags" aria-label="Kinds of tickets">
    {ticketGroups(tickets).map(({ kind, title, journey, numbers }) => {
      const waiting = numbers.filter((number) => open.has(number))
      return (
        <li key={`${kind} ${journey}`}>
          {title} ({journey}): {numbers.length}{' '}
          {onSelect && waiting.length > 0 && (
            <button className="link" onClick={() => onSelect(waiting)}>
              select {waiting.length} open
            </button>
          )}
        </li>
      )
    })}
  </ul>
)

function OneTicket({ ticket, children }: { ticket: Ticket; children: React.ReactNode }) {
  const { number, kind, at, customer, text, translation, language, requestAt, durationMs, trace, answers, linked, closedAt, asked } = ticket
  const row = rowOf(ticket)
  const state = [
    ...answers.map(({ template }) => `answered: ${ticketTemplates[template].title}`),
    ...(linked ? ['linked to the incident'] : []),
    ...(closedAt === null ? [] : ['closed']),
  ]
  return (
    <>
      <label className="inline">
        {children} <b>Ticket {number}</b> <span className="quiet">{clock(at)}</span>
      </label>
      <p lang={language}>{text}</p>
      {translation !== null && (
        <p className="quiet">
          <span>In English: </span>
          {translation}
        </p>
      )}
      <p className="quiet ticket-facts">
        {customer} asked for <code>{asked}</code> at {clock(requestAt)} and waited {formatDurationMs(durationMs)}.{' '}
        <Link to={`/traces/${trace}`} aria-label={`Trace of ticket ${number}`}>
          Trace
        </Link>
        {' · '}
        <Link
          to={`/logs?trace=${trace}&from=${requestAt - aroundMs}&to=${requestAt + durationMs + aroundMs}`}
          aria-label={`Logs of ticket ${number}`}
        >
          Logs
        </Link>
      </p>
      {row !== null && (
        <details>
          <summary>{kind === 'price' ? 'Product' : 'Order'} in the database</summary>
          <code>{row}</code>
        </details>
      )}
      {state.length > 0 && <p className="ticket-state">{state.join(' · ')}</p>}
    </>
  )
}
