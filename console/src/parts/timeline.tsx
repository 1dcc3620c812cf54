import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { statusUpdateKinds, type DrillEvent, type StatusUpdateKind } from '../../../model/drill.ts'
import { api } from '../lib/api.ts'
import { elapsed } from '../../../model/duration.ts'
import { sentenceOf } from './event-sentences.ts'
import { Pinned } from './pinned.tsx'
import { Problem } from './states.tsx'

interface Props {
  drillId: string
  startedAt: number
  events: DrillEvent[]
  canNote: boolean
  /** Whether there is a team to chat with, and users to update. */
  canSay?: boolean
}

/** What has happened so far, newest first. */
export function Timeline({ drillId, startedAt, events, canNote, canSay = false }: Props) {
  return (
    <section aria-label="Timeline" className="box">
      <h2>Timeline</h2>
      {canNote && <Write drillId={drillId} kinds={canSay ? ['note', 'said', 'status'] : ['note']} />}
      <TimelineEvents startedAt={startedAt} events={events} />
    </section>
  )
}

type Kind = 'note' | 'said' | 'status'
const kinds: Record<Kind, { title: string; placeholder: string }> = {
  note: { title: 'Note', placeholder: 'Write a note' },
  said: { title: 'To the team', placeholder: 'Tell the team' },
  status: { title: 'To users', placeholder: 'What users should know' },
}

function Write({ drillId, kinds: offered }: { drillId: string; kinds: Kind[] }) {
  const [kind, setKind] = useState<Kind>('note')
  const [status, setStatus] = useState<StatusUpdateKind>('investigating')
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const write = useMutation({
    mutationFn: () => {
      if (kind === 'note') return api.post('/api/drills/:id/notes', { id: drillId, body: { text } })
      if (kind === 'said') return api.post('/api/drills/:id/chat', { id: drillId, body: { text } })
      return api.post('/api/drills/:id/status-updates', { id: drillId, body: { text, status } })
    },
    onSuccess: () => {
      setText('')
      void queries.invalidateQueries({ queryKey: ['drill', drillId] })
    },
  })
  return (
    <>
      <form
        className="note"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate()
        }}
      >
        {offered.length > 1 && (
          <select aria-label="For whom" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            {offered.map((name) => (
              <option key={name} value={name}>
                {kinds[name].title}
              </option>
            ))}
          </select>
        )}
        {kind === 'status' && (
          <select aria-label="Status" value={status} onChange={(event) => setStatus(event.target.value as StatusUpdateKind)}>
            {statusUpdateKinds.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <input
          aria-label={kinds[kind].title}
          placeholder={kinds[kind].placeholder}
          required
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button disabled={write.isPending}>{kind === 'note' ? 'Add' : 'Post'}</button>
      </form>
      {write.error && <Problem error={write.error} />}
    </>
  )
}

/** The events that are of interest to people, newest first; all of them, or a limited number. */
export function TimelineEvents({ startedAt, events, most }: { startedAt: number; events: DrillEvent[]; most?: number }) {
  const told = events.flatMap((event) => {
    const sentence = sentenceOf(event)
    return sentence === null ? [] : [{ event, sentence }]
  })
  // The clock of a shift may have been advanced.
  const skips = events.filter((event) => event.type === 'time-skipped')
  const clock = (at: number): number => skips.reduce((ms, skip) => ms + (skip.at <= at ? skip.byMs : 0), at - startedAt)
  return (
    // A long list scrolls by itself, so the keyboard has to reach it.
    <ol className="timeline" tabIndex={0} aria-label="Events">
      {told
        .toReversed()
        .slice(0, most)
        .map(({ event, sentence }) => (
          <li key={event.id} className={`event-${event.type}`}>
            <time>{elapsed(clock(event.at))}</time> {event.by && <b>{event.by.name}:</b>} {sentence}
            {event.type === 'note-added' && event.pin && <Pinned pin={event.pin} />}
          </li>
        ))}
    </ol>
  )
}
