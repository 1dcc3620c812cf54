import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { drillClock, isOpen, mayDo, type DrillEvent, type ToldDrill } from '../../../model/drill.ts'
import { api } from '../lib/api.ts'
import { pagedOf, useDrill, type AnyIncident, type DrillView, type IncidentView } from '../lib/data.ts'
import { elapsed } from '../../../model/duration.ts'
import { putParams } from '../lib/params.ts'
import { useNow } from '../lib/time.ts'
import { Actions } from '../parts/actions.tsx'
import { PartBoundary } from '../parts/boundary.tsx'
import { CauseForm } from '../parts/cause-form.tsx'
import { CoachPanel } from '../parts/coach-panel.tsx'
import { GoldenSignals } from '../parts/golden-signals.tsx'
import { HandoverNotice } from '../parts/handover/notice.tsx'
import { useHandovers } from '../parts/handover/unread.ts'
import { HandoverWriter } from '../parts/handover/writer.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { Milestones } from '../parts/milestones.tsx'
import { Pager } from '../parts/pager.tsx'
import { UpdateComposer } from '../parts/people/composer.tsx'
import { Desk } from '../parts/people/desk.tsx'
import { useInbox } from '../parts/people/inbox.ts'
import { Phone } from '../parts/people/phone.tsx'
import { RunbookPanel } from '../parts/runbook-panel.tsx'
import { useChosen } from '../parts/shift/chosen.ts'
import { Incidents } from '../parts/shift/incidents.tsx'
import { NotYet, Problem } from '../parts/states.tsx'
import { Team } from '../parts/team.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { UsersPain } from '../parts/users-pain.tsx'
import { TerminalDock } from '../terminal/dock.tsx'

const noEvents: DrillEvent[] = []
const noIncidents: AnyIncident[] = []

/** The incident room: what is wrong, what the trainee can do, and what has been done. */
export function RoomPage() {
  const { id = '' } = useParams()
  const { data, error } = useDrill(id)
  const [params, setParams] = useSearchParams()
  const runbook = params.get('runbook')
  const onRunbook = (next: string | null) => putParams(setParams, { runbook: next }, { replace: true })
  const inbox = useInbox(id, data?.events ?? noEvents)
  const handovers = useHandovers(id, data?.events ?? noEvents)
  const [writes, setWrites] = useState(false)
  const command = useCommand(id)
  const incidents = pagedOf(data?.incidents ?? noIncidents)
  const chosen = useChosen(incidents)
  if (error || !data) return <NotYet title="Incident room" what="the incident room" error={error} />
  const { drill, title, events } = data
  const acknowledge = (incident?: number) => {
    if (incident !== undefined) chosen.choose(incident)
    command.mutate({ name: 'acknowledge', ...(incident === undefined ? {} : { incident }) })
  }
  return (
    <>
      <Heading title={title} drill={drill} onEnd={(name) => command.mutate({ name })} />
      {command.error && <Problem error={command.error} />}
      <Banners drill={drill} events={events} />
      {isOpen(drill) && <HandoverNotice handovers={handovers} />}
      <Team />
      {drill.shift ? (
        <Incidents
          drill={drill}
          incidents={incidents}
          chosen={chosen}
          onAcknowledge={acknowledge}
          onWrite={() => {
            setWrites(true)
            requestAnimationFrame(() => document.querySelector<HTMLLabelElement>('.handover label')?.control?.focus())
          }}
        />
      ) : (
        <Milestones drill={drill} pars={data.pars} />
      )}
      <Phone inbox={inbox} />
      <div className="cockpit-top">
        <PartBoundary what="What users feel">
          <UsersPain />
        </PartBoundary>
        <PartBoundary what="Pager">
          <Pager drill={drill} incidents={incidents} onAcknowledge={acknowledge} runbook={runbook} onRunbook={onRunbook} />
        </PartBoundary>
      </div>
      <div className="cockpit">
        <div className="seeing">
          <PartBoundary what="Golden signals">
            <GoldenSignals />
          </PartBoundary>
          <PartBoundary what="Inbox">
            <Desk drill={drill} inbox={inbox} events={events} />
          </PartBoundary>
          <PartBoundary what="Status update">
            <UpdateComposer drill={drill} />
          </PartBoundary>
          <PartBoundary what="Handover">
            <HandoverWriter drill={drill} handovers={handovers} open={writes} setOpen={setWrites} />
          </PartBoundary>
        </div>
        <Notebook view={data} runbook={runbook} onRunbook={onRunbook} />
        <Doing drill={drill} incident={chosen.incident} events={events} />
      </div>
      <PartBoundary what="Terminal">{isOpen(drill) && <TerminalDock />}</PartBoundary>
    </>
  )
}

interface NotebookProps {
  view: DrillView
  runbook: string | null
  onRunbook: (id: string | null) => void
}

/** Texts: the open runbook, the story, and the timeline. */
function Notebook({ view: { drill, story, events }, runbook, onRunbook }: NotebookProps) {
  return (
    <div className="notebook">
      {runbook && <RunbookPanel id={runbook} onClose={() => onRunbook(null)} />}
      {story !== '' && (
        <details className="story" open={drill.pagedAt === null}>
          <summary>{drill.shift ? 'The note from the previous shift' : 'The story'}</summary>
          <Markdown text={story} />
        </details>
      )}
      <PartBoundary what="Timeline">
        <Timeline
          drillId={drill.id}
          startedAt={drill.startedAt}
          events={events}
          canNote={mayDo(drill.phase, 'note')}
          canSay={mayDo(drill.phase, 'say')}
        />
      </PartBoundary>
    </div>
  )
}

/** Actions, the diagnosis, and the coach; in a shift, for the chosen incident. */
function Doing({ drill, incident, events }: { drill: ToldDrill; incident: IncidentView | null; events: DrillEvent[] }) {
  return (
    <div className="doing">
      <PartBoundary what="Actions">
        <Actions enabled={drill.phase === 'running'} />
      </PartBoundary>
      <PartBoundary what="Name the cause">
        <CauseForm key={incident?.number} drill={drill} incident={incident} />
      </PartBoundary>
      <PartBoundary what="Coach">
        <CoachPanel drill={drill} incident={incident} events={events} />
      </PartBoundary>
    </div>
  )
}

const commands = {
  acknowledge: (id: string, body: { incident?: number }) => api.post('/api/drills/:id/acknowledge', { id, body }),
  finish: (id: string) => api.post('/api/drills/:id/finish', { id }),
  abort: (id: string) => api.post('/api/drills/:id/abort', { id }),
}

interface Command {
  name: keyof typeof commands
  /** In a shift, the chosen incident. */
  incident?: number
}

/** What a trainee does with the drill itself, and its result. */
function useCommand(id: string) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ name, ...body }: Command) => commands[name](id, body),
    onSuccess: (_answer, { name }) => {
      void queries.invalidateQueries({ queryKey: ['drill', id] })
      void queries.invalidateQueries({ queryKey: ['drills'] })
      if (name === 'finish') void navigate(`/drills/${id}/debrief`)
      if (name === 'abort') void navigate('/')
    },
  })
}

/** The title, the clock, and the buttons that end the drill. */
function Heading({ title, drill, onEnd }: { title: string; drill: ToldDrill; onEnd: (how: 'finish' | 'abort') => void }) {
  const now = useNow()
  return (
    <div className="heading">
      <h1>{title}</h1>
      <span className="clock" role="timer" aria-label="Elapsed time">
        {elapsed(drillClock(drill, drill.endedAt ?? now))}
        <span className="quiet">
          {' '}
          of {elapsed(drill.limitMs)}
          {drill.phase === 'paused' && ' · paused'}
        </span>
      </span>
      {isOpen(drill) ? (
        <span className="buttons">
          <button onClick={() => onEnd('finish')}>Finish</button>
          <button onClick={() => onEnd('abort')}>Abort</button>
        </span>
      ) : drill.phase === 'finished' ? (
        <Link className="button primary" to={`/drills/${drill.id}/debrief`}>
          Go to the debrief
        </Link>
      ) : (
        <b>{drill.phase}</b>
      )}
    </div>
  )
}

/** Says that the drill was ended early, or is paused. */
function Banners({ drill, events }: { drill: ToldDrill; events: readonly DrillEvent[] }) {
  const ended = events.find((event) => event.type === 'drill-voided' || event.type === 'drill-aborted')
  return (
    <>
      {ended && (
        <p className="banner" role="status">
          {ended.type === 'drill-voided' ? 'This drill is void and counts for nothing' : 'This drill was aborted'}: {ended.reason}.
        </p>
      )}
      {drill.phase === 'paused' && (
        <p className="banner" role="status">
          The clock is stopped. Talk it over; nothing counts until the drill continues.
        </p>
      )}
    </>
  )
}
