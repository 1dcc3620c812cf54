import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { statusUpdateKinds, type CoachMode, type DrillEvent, type StatusUpdateKind } from '../../../model/drill.ts'
import { characters } from '../../../people/characters/registry.ts'
import { ticketsHandled } from '../../../people/ticket-list.ts'
import { post } from '../lib/api.ts'
import { elapsed } from '../../../model/duration.ts'
import { Pinned } from './pinned.tsx'
import { Problem } from './states.tsx'

interface Props {
  drillId: string
  startedAt: number
  events: DrillEvent[]
  canNote: boolean
  /** Whether there is somebody to be told: the team, and the users. */
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
const kinds: Record<Kind, { title: string; placeholder: string; path: string }> = {
  note: { title: 'Note', placeholder: 'Write a note', path: 'notes' },
  said: { title: 'To the team', placeholder: 'Tell the team', path: 'chat' },
  status: { title: 'To users', placeholder: 'What users should know', path: 'status-updates' },
}

function Write({ drillId, kinds: offered }: { drillId: string; kinds: Kind[] }) {
  const [kind, setKind] = useState<Kind>('note')
  const [status, setStatus] = useState<StatusUpdateKind>('investigating')
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const write = useMutation({
    mutationFn: () => post(`/api/drills/${drillId}/${kinds[kind].path}`, { text, ...(kind === 'status' ? { status } : {}) }),
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

/** The events that say something to people, newest first; all of them, or only so many. */
export function TimelineEvents({ startedAt, events, most }: { startedAt: number; events: DrillEvent[]; most?: number }) {
  const told = events.flatMap((event) => {
    const sentence = describe(event)
    return sentence === null ? [] : [{ event, sentence }]
  })
  return (
    <ol className="timeline">
      {told
        .toReversed()
        .slice(0, most)
        .map(({ event, sentence }) => (
          <li key={event.id} className={`event-${event.type}`}>
            <time>{elapsed(event.at - startedAt)}</time> {event.by && <b>{event.by.name}:</b>} {sentence}
            {event.type === 'note-added' && event.pin && <Pinned pin={event.pin} />}
          </li>
        ))}
    </ol>
  )
}

/** A role within a sentence: "the support lead". */
const inSentence = (role: string): string => `the ${role.charAt(0).toLowerCase()}${role.slice(1)}`

/** What a time without interruptions has cost, in words. */
export function priceOfQuiet({ held, missed }: Pick<Extract<DrillEvent, { type: 'quiet-ended' }>, 'held' | 'missed'>): string {
  const list = (items: string[]): string => new Intl.ListFormat('en').format(items)
  const waited = held.map(({ person, waitedMs }) => `${inSentence(characters[person].role)} waited ${elapsed(waitedMs)}`)
  const late = missed.map((person) => inSentence(characters[person].role))
  if (waited.length + late.length === 0) return 'Interruptions are on again. Nobody had to wait.'
  return [
    'Interruptions are on again.',
    ...(waited.length > 0 ? [`Meanwhile ${list(waited)}.`] : []),
    ...(late.length > 0 ? [`An answer for ${list(late)} is overdue.`] : []),
  ].join(' ')
}

const coachModes: Record<CoachMode, string> = {
  auto: 'The coach is back.',
  muted: 'The instructor has muted the coach.',
  instructor: 'The instructor has taken over from the coach.',
}

/** An event in words; null for those that say nothing to people. */
function describe(event: DrillEvent): string | null {
  switch (event.type) {
    case 'drill-started':
      return `The drill began (${event.mode}).`
    case 'page-received':
      return `Page: ${event.alert.summary} (${event.alert.name}).`
    case 'page-resolved':
      return `Resolved: ${event.alert.name}.`
    case 'page-acknowledged':
      return 'The page was acknowledged.'
    case 'page-escalated':
      return `Nobody acknowledged for ${elapsed(event.afterMs)}: the secondary on call was paged.`
    case 'place-viewed':
      return `Looked at ${event.detail}.`
    case 'action-run':
      return `${event.title}: ${event.summary}${event.ok ? '' : ' (failed)'}`
    case 'command-run':
      return `$ ${event.command}${event.status === 0 ? '' : ` (exit status ${event.status})`}`
    case 'cause-named':
      return `Named ${event.component}, ${event.category}: ${event.correct ? 'correct' : 'incorrect'}.${event.sentence ? ` “${event.sentence}”` : ''}`
    case 'milestone-reached':
      return `Milestone: ${event.milestone}; ${event.evidence}.`
    case 'hint-given':
      return `Hint (${event.rung}): ${event.text}`
    case 'note-added':
      return `Note: ${event.text}`
    case 'coach-said':
      return `Coach: ${event.text}`
    case 'coach-decided':
      // Praise stands for itself.
      return event.decision === 'encourage' ? null : `The coach decided to ${event.decision}: ${event.reasons.join('; ')}.`
    case 'coach-asked':
      return `To the coach: ${event.text}`
    case 'coach-replied':
      return `Coach: ${event.text}`
    case 'coach-fell-back':
      return `The model’s answer was withheld: ${event.why}.`
    case 'coach-used-tool':
      return `The model ${event.allowed ? 'used' : 'was refused'} ${event.tool}: ${event.why}.`
    case 'coach-mode-set':
      return coachModes[event.mode]
    case 'coach-snoozed':
      return `No unrequested hints for ${elapsed(event.forMs)}.`
    case 'scenario-eased':
      return `The coach made it easier: ${event.what}`
    case 'coach-debriefed':
      return null
    case 'hint-asked':
      return 'Asked for help.'
    case 'message-sent':
      return `Instructor: ${event.text}`
    case 'said':
      return `“${event.text}”`
    case 'status-posted':
      return event.audience === undefined || event.audience === 'customers'
        ? `Status page, ${event.status}: ${event.text}`
        : `Update for ${event.audience}, ${event.status}: ${event.text}`
    case 'person-said':
      return `${characters[event.person].role}: ${event.text}`
    case 'person-asked':
      return `To ${inSentence(characters[event.person].role)}: ${event.text}`
    case 'question-understood':
      return null
    case 'person-sent':
      return `The instructor sent in ${inSentence(characters[event.person].role)}.`
    case 'people-muted':
      return event.muted ? 'The instructor has muted everybody.' : 'People may speak again.'
    case 'quiet-asked':
      return `No interruptions for ${elapsed(event.forMs)}.`
    case 'quiet-ended':
      return priceOfQuiet(event)
    case 'ticket-opened':
      return `Ticket ${event.number}, from a customer: ${event.translation ?? event.text}`
    case 'tickets-handled':
      return ticketsHandled(event)
    case 'drill-paused':
      return 'The clock was stopped.'
    case 'drill-continued':
      return `The clock is running again, after ${elapsed(event.pausedMs)}.`
    case 'time-extended':
      return `${Math.round(event.byMs / 60_000)} more minutes were given.`
    case 'control-resumed':
      return 'The control plane was restarted; the drill continues.'
    case 'fault-injected':
      return `Fault ${event.fault} was injected.`
    case 'fault-reverted':
      return `Fault ${event.fault} was reverted.`
    case 'drill-finished':
      return `The drill is over: ${event.outcome}.`
    case 'drill-aborted':
      return `The drill was aborted: ${event.reason}.`
    case 'drill-voided':
      return `The drill is void and counts for nothing: ${event.reason}.`
    case 'health-changed':
    case 'harm-measured':
    // What a tool does stands for itself.
    case 'tool-called':
      return null
  }
}
