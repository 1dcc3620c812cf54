import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { drillClock, isOpen, mayDo, type DrillEvent } from '../../../model/drill.ts'
import { milestoneNames } from '../../../model/scenario.ts'
import { post } from '../lib/api.ts'
import { useDashboards, useDrill } from '../lib/data.ts'
import { elapsed } from '../../../model/duration.ts'
import { putParams } from '../lib/params.ts'
import { rangeQuery, useNow, useTimeRange } from '../lib/time.ts'
import { Actions } from '../parts/actions.tsx'
import { CauseForm } from '../parts/cause-form.tsx'
import { Chart } from '../parts/chart.tsx'
import { CoachPanel } from '../parts/coach-panel.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { useMarkers } from '../parts/markers.ts'
import { Pager } from '../parts/pager.tsx'
import { UpdateComposer } from '../parts/people/composer.tsx'
import { Desk } from '../parts/people/desk.tsx'
import { useInbox } from '../parts/people/inbox.ts'
import { Phone } from '../parts/people/phone.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { RunbookPanel } from '../parts/runbook-panel.tsx'
import { Loading, Problem } from '../parts/states.tsx'
import { Team } from '../parts/team.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { UsersPain } from '../parts/users-pain.tsx'
import { TerminalDock } from '../terminal/dock.tsx'

const noEvents: DrillEvent[] = []

/** Where an incident is worked on: what is wrong, what one can do, and what has been done. */
export function RoomPage() {
  const { id = '' } = useParams()
  const { data, error } = useDrill(id)
  const { data: boards } = useDashboards()
  const markers = useMarkers('overview')
  const [range, setRange] = useTimeRange('5m')
  const [params, setParams] = useSearchParams()
  const runbook = params.get('runbook')
  const now = useNow()
  const inbox = useInbox(id, data?.events ?? noEvents)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const command = useMutation({
    mutationFn: (name: 'acknowledge' | 'finish' | 'abort') => post(`/api/drills/${id}/${name}`),
    onSuccess: (_answer, name) => {
      void queries.invalidateQueries({ queryKey: ['drill', id] })
      void queries.invalidateQueries({ queryKey: ['drills'] })
      if (name === 'finish') void navigate(`/drills/${id}/debrief`)
      if (name === 'abort') void navigate('/')
    },
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the incident room" />
  const { drill, title, story, events } = data
  const signals = boards?.dashboards.find((board) => board.id === 'overview')?.panels.slice(0, 4) ?? []
  const running = drill.phase === 'running'
  const ended = events.find((event) => event.type === 'drill-voided' || event.type === 'drill-aborted')
  return (
    <>
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
            <button onClick={() => command.mutate('finish')}>Finish</button>
            <button onClick={() => command.mutate('abort')}>Abort</button>
          </span>
        ) : drill.phase === 'finished' ? (
          <Link className="button primary" to={`/drills/${id}/debrief`}>
            Go to the debrief
          </Link>
        ) : (
          <b>{drill.phase}</b>
        )}
      </div>
      {command.error && <Problem error={command.error} />}
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
      <Team />
      <ol className="milestones" aria-label="Milestones">
        {milestoneNames.map((name) => {
          const at = drill.milestones[name]
          return (
            <li key={name} className={at === null ? '' : 'reached'}>
              <span>
                <span aria-hidden="true">{at === null ? '○' : '●'}</span> {name}
              </span>
              <span className="quiet">
                {' '}
                {at !== null ? elapsed(drillClock(drill, at)) : data.pars[name] === undefined ? '' : `par ${elapsed(data.pars[name])}`}
              </span>
            </li>
          )
        })}
      </ol>
      <Phone inbox={inbox} />
      <div className="cockpit-top">
        <UsersPain />
        <Pager
          drill={drill}
          onAcknowledge={() => command.mutate('acknowledge')}
          runbook={runbook}
          onRunbook={(next) => putParams(setParams, { runbook: next }, { replace: true })}
        />
      </div>
      <div className="cockpit">
        <div className="seeing">
          <section aria-label="Golden signals">
            <div className="action-head">
              <h2>Golden signals</h2>
              <Link to={`/dashboards/overview?${rangeQuery(range)}`}>all dashboards</Link>
              <RangePicker usual="5m" />
            </div>
            <div className="panels">
              {signals.map((panel) => (
                <Chart key={panel.title} panel={panel} range={range} markers={markers} compact onZoom={setRange} />
              ))}
            </div>
          </section>
          <Desk drill={drill} inbox={inbox} events={events} />
          <UpdateComposer drill={drill} />
        </div>
        <div className="notebook">
          {runbook && <RunbookPanel id={runbook} onClose={() => putParams(setParams, { runbook: null }, { replace: true })} />}
          {story !== '' && (
            <details className="story" open={drill.pagedAt === null}>
              <summary>The story</summary>
              <Markdown text={story} />
            </details>
          )}
          <Timeline
            drillId={id}
            startedAt={drill.startedAt}
            events={events}
            canNote={mayDo(drill.phase, 'note')}
            canSay={mayDo(drill.phase, 'say')}
          />
        </div>
        <div className="doing">
          <Actions enabled={running} />
          <CauseForm drill={drill} />
          <CoachPanel drill={drill} events={events} />
        </div>
      </div>
      {isOpen(drill) && <TerminalDock />}
    </>
  )
}
