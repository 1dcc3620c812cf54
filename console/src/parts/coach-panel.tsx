import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { mayDo, type DrillEvent, type ToldDrill } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { api } from '../lib/api.ts'
import type { IncidentView } from '../lib/data.ts'
import { useLive } from '../lib/live.ts'
import { useNow } from '../lib/time.ts'
import { hintName, linesOf } from './coach-lines.ts'
import { Problem } from './states.tsx'

interface Props {
  drill: ToldDrill
  /** In a shift, the incident for which a hint is requested; null if there is none yet, and in a drill that is no shift. */
  incident: IncidentView | null
  events: DrillEvent[]
}

/** The conversation with the coach, the hints so far, and buttons to get one, or none for a while. */
export function CoachPanel({ drill, incident, events }: Props) {
  const queries = useQueryClient()
  const now = useNow()
  const [text, setText] = useState('')
  const refresh = () => queries.invalidateQueries({ queryKey: ['drill', drill.id] })
  const write = useMutation({
    mutationFn: () => api.post('/api/drills/:id/coach', { id: drill.id, body: { text } }),
    onSuccess: () => {
      setText('')
      return refresh()
    },
  })
  const snooze = useMutation({ mutationFn: () => api.post('/api/drills/:id/coach/snooze', { id: drill.id, body: {} }), onSuccess: refresh })
  const hints = incident ? hintsFor(events, incident.number) : drill.hints
  const unasked = hints.some((hint) => hint.reason === 'struggling' || hint.reason === 'time')
  const snoozed = drill.snoozedUntil > now
  return (
    <section aria-label="Coach" className="box">
      <h2>Coach</h2>
      {drill.coach !== 'auto' && (
        <p className="quiet">
          {drill.coach === 'muted' ? 'The coach speaks only when you ask for a hint.' : 'The instructor speaks for the coach.'}
        </p>
      )}
      <Talk drill={drill} events={events} />
      {mayDo(drill.phase, 'ask-coach') && (
        <form
          className="note"
          onSubmit={(event) => {
            event.preventDefault()
            write.mutate()
          }}
        >
          <input
            aria-label="To the coach"
            placeholder="Ask the coach, or think aloud"
            required
            maxLength={500}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button disabled={write.isPending}>Ask</button>
        </form>
      )}
      <AskHint key={incident?.number} drill={drill} incident={incident}>
        {unasked && !snoozed && mayDo(drill.phase, 'snooze-coach') && (
          <button onClick={() => snooze.mutate()} disabled={snooze.isPending}>
            No hints for 2 minutes
          </button>
        )}
        {snoozed && <span className="quiet">No unrequested hints for {elapsed(drill.snoozedUntil - now)}.</span>}
      </AskHint>
      {(write.error ?? snooze.error) && <Problem error={write.error ?? snooze.error} />}
      {hints.length > 0 && <HintsSoFar hints={hints} />}
    </section>
  )
}

/** The hints for an incident of a shift. */
const hintsFor = (events: readonly DrillEvent[], incident: number): ToldDrill['hints'] =>
  events.flatMap((event) => (event.type === 'hint-given' && event.incident === incident ? [event] : []))

/** Buttons to request a hint and others, and why none was given. */
function AskHint({ drill, incident, children }: Pick<Props, 'drill' | 'incident'> & { children: ReactNode }) {
  const queries = useQueryClient()
  const ask = useMutation({
    mutationFn: () => api.post('/api/drills/:id/hint', { id: drill.id, body: incident ? { incident: incident.number } : {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  const answer = ask.data
  return (
    <>
      <p className="buttons">
        {mayDo(drill.phase, 'ask-hint') && (incident || !drill.shift) && (
          <button onClick={() => ask.mutate()} disabled={ask.isPending || incident?.over === true}>
            I am stuck{incident && ` with incident ${incident.number}`}
          </button>
        )}
        {children}
      </p>
      {answer && !answer.given && (
        <p role="status">
          {answer.waitMs > 0
            ? `Try the last hint first; the next comes in ${Math.ceil(answer.waitMs / 1_000)} s.`
            : 'There are no more hints for this step.'}
        </p>
      )}
      {ask.error && <Problem error={ask.error} />}
    </>
  )
}

/** The messages so far, and the one being generated. */
function Talk({ drill, events }: { drill: ToldDrill; events: readonly DrillEvent[] }) {
  const live = useLive()
  const list = useRef<HTMLDivElement>(null)
  const lines = linesOf(events)
  const saying = live.coach?.drill === drill.id ? live.coach.text : ''
  const asked = events.findLast((event) => event.type === 'coach-asked')
  const waiting =
    asked !== undefined && drill.coach === 'auto' && !events.some((event) => event.type === 'coach-replied' && event.to === asked.id)
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a list that grew is scrolled to its end
  }, [lines.length, saying])
  return (
    <div className="talk" ref={list} role="log" aria-label="What was said" tabIndex={0}>
      <ol>
        {lines.map((line) => (
          <li key={line.id} className={line.who}>
            <span className="quiet">
              {line.who}
              {line.tag ? ` · ${line.tag}` : ''}
            </span>
            <br />
            {line.text}
          </li>
        ))}
        {(waiting || saying) && (
          <li className="coach" aria-busy="true">
            <span className="quiet">coach</span>
            <br />
            {saying || '…'}
          </li>
        )}
      </ol>
    </div>
  )
}

const HintsSoFar = ({ hints }: { hints: ToldDrill['hints'] }) => (
  <details>
    <summary>Hints so far ({hints.length})</summary>
    <ul className="hints">
      {hints.map((hint) => (
        <li key={`${hint.milestone}-${hint.rung}`}>
          <span className="quiet">{hintName(hint)}</span>
          <br />
          {hint.text}
        </li>
      ))}
    </ul>
  </details>
)
