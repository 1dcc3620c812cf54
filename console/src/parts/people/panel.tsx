import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { drillClock, mayDo, type ToldDrill } from '../../../../model/drill.ts'
import { elapsed } from '../../../../model/duration.ts'
import type { Audience, CharacterId, Wanted } from '../../../../model/people.ts'
import { api } from '../../lib/api.ts'
import { passedSince, useNow } from '../../lib/time.ts'
import { Problem } from '../states.tsx'
import type { Inbox } from './inbox.ts'

interface Listed {
  person: CharacterId
  role: string
  reads: Audience
  via: 'chat' | 'phone'
  reached: boolean
  wants: { what: Wanted; leftMs: number | null } | null
}
export const usePeople = (drill: string) =>
  useQuery({ queryKey: ['drill', drill, 'people'], queryFn: () => api.get('/api/drills/:id/people', { id: drill }), enabled: drill !== '' })

const quietMs = 300_000

/** The scenario's people: a conversation with each, others who can be asked, and a button for quiet. */
export function PeoplePanel({ drill, inbox }: { drill: ToldDrill; inbox: Inbox }) {
  const { data, dataUpdatedAt } = usePeople(drill.id)
  const now = useNow()
  const queries = useQueryClient()
  const quiet = useMutation({
    mutationFn: (forMs: number) => api.post('/api/drills/:id/quiet', { id: drill.id, body: { forMs } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  if (!data || (data.communication === null && inbox.talk.length === 0)) return null
  const { selected, unread } = inbox
  const lastOf = (person: CharacterId): number => inbox.talk.findLast((event) => event.person === person)?.id ?? 0
  const talking = data.people.filter(({ person }) => lastOf(person) > 0).toSorted((a, b) => lastOf(b.person) - lastOf(a.person))
  const others = data.people.filter(({ person }) => lastOf(person) === 0)
  const passed = drill.phase === 'running' ? passedSince(dataUpdatedAt, now) : 0
  const quietLeft = Math.max(0, data.quietLeftMs - passed)
  const open = data.people.find(({ person }) => person === selected)
  return (
    <section aria-label="People" className="box people">
      <h2>
        People{' '}
        <button className="bell" aria-pressed={inbox.sound} onClick={inbox.toggleSound}>
          {inbox.sound ? 'Sound on' : 'Sound off'}
        </button>
      </h2>
      {talking.length === 0 && <p className="quiet">Nobody has said anything yet. You can ask somebody.</p>}
      <ul className="talks">
        {talking.map((each) => (
          <li key={each.person}>
            <button aria-pressed={each.person === selected} onClick={() => inbox.select(each.person)}>
              {each.role}
              {(unread[each.person] ?? 0) > 0 && <b className="unread"> {unread[each.person]} new</b>}
              {each.wants && <span className="waits">{waitsFor(each.wants, passed)}</span>}
            </button>
          </li>
        ))}
      </ul>
      <label className="inline">
        <span>Ask another person</span>
        <select
          value={open && others.includes(open) ? open.person : ''}
          onChange={(event) => event.target.value && inbox.select(event.target.value as CharacterId)}
        >
          <option value="">choose…</option>
          {others.map(({ person, role, via }) => (
            <option key={person} value={person}>
              {role} ({via === 'phone' ? 'call' : 'write'})
            </option>
          ))}
        </select>
      </label>
      {open && <Talk key={open.person} drill={drill} listed={open} inbox={inbox} />}
      {mayDo(drill.phase, 'ask-quiet') && (
        <p className="buttons">
          {quietLeft > 0 ? (
            <>
              <span role="status">No interruptions for {elapsed(quietLeft)}.</span>
              <button onClick={() => quiet.mutate(0)}>End now</button>
            </>
          ) : (
            <button onClick={() => quiet.mutate(quietMs)} disabled={data.quietsLeft === 0 || quiet.isPending}>
              No interruptions for 5 minutes{data.quietsLeft === 0 ? ' (used up)' : ''}
            </button>
          )}
        </p>
      )}
      {quiet.error && <Problem error={quiet.error} />}
    </section>
  )
}

const waitsForWhat: Record<Wanted, string> = {
  answer: 'waits for an answer',
  update: 'waits for an update',
  handover: 'waits for a handover note',
}

function waitsFor({ what, leftMs }: NonNullable<Listed['wants']>, passedMs: number): string {
  const wanted = waitsForWhat[what]
  if (leftMs === null) return wanted
  const left = leftMs - passedMs
  return left >= 0 ? `${wanted}, ${elapsed(left)} left` : `${wanted}, ${elapsed(-left)} overdue`
}

/** The conversation with one person. */
function Talk({ drill, listed, inbox }: { drill: ToldDrill; listed: Listed; inbox: Inbox }) {
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const list = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const send = useMutation({
    mutationFn: () => api.post('/api/drills/:id/people/:person/messages', { id: drill.id, person: listed.person, body: { text } }),
    onSuccess: () => {
      setText('')
      return queries.invalidateQueries({ queryKey: ['drill', drill.id] })
    },
  })
  const lines = inbox.talk.filter((event) => event.person === listed.person)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a list that grew is scrolled to its end
  }, [lines.length])
  const asked = lines.findLast((event) => event.type === 'person-asked')
  const waiting = asked !== undefined && !lines.some((event) => event.type === 'person-said' && event.to === asked.id)
  return (
    <div className="one-talk">
      <div className="talk" ref={list} role="log" aria-label={`With ${listed.role}`} tabIndex={0}>
        <ol>
          {lines.map((event) => (
            <li key={event.id} className={event.type === 'person-said' ? 'person' : 'you'}>
              <span className="quiet">
                {event.type === 'person-said' ? listed.role : (event.by?.name ?? 'you')} · {elapsed(drillClock(drill, event.at))}
              </span>
              <br />
              {event.text}
            </li>
          ))}
          {waiting && mayDo(drill.phase, 'ask-person') && (
            <li className="person" aria-busy="true">
              <span className="quiet">{listed.role}</span>
              <br />
              {listed.reached ? '…' : listed.via === 'phone' ? 'calling…' : 'not seen yet…'}
            </li>
          )}
        </ol>
      </div>
      {mayDo(drill.phase, 'ask-person') && (
        <form
          className="note"
          onSubmit={(event) => {
            event.preventDefault()
            send.mutate()
          }}
        >
          <input
            ref={field}
            aria-label={`To ${listed.role}`}
            placeholder="Ask a question, or give the answer that they are waiting for"
            required
            maxLength={500}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button disabled={send.isPending}>Send</button>
        </form>
      )}
      {send.error && <Problem error={send.error} />}
    </div>
  )
}
