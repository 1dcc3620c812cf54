import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { drillClock, mayDo, type CoachMode, type ToldDrill } from '../../../model/drill.ts'
import { api } from '../lib/api.ts'
import { useDrill, useDrills, type DrillView } from '../lib/data.ts'
import { elapsed } from '../../../model/duration.ts'
import { useNow } from '../lib/time.ts'
import { DirectPeople } from '../parts/people/direct.tsx'
import { GameDayPanel } from '../parts/game-day-panel.tsx'
import { LoadPanel } from '../parts/load-panel.tsx'
import { FaultBoard } from '../parts/fault-board.tsx'
import { Empty, Problem } from '../parts/states.tsx'
import { TimelineEvents } from '../parts/timeline.tsx'

/** Where an instructor injects faults, changes the load, and watches the trainees. */
export function InstructorPage() {
  return (
    <>
      <h1>Instructor</h1>
      <div className="room">
        <div>
          <FaultBoard />
        </div>
        <div>
          <Watch />
          <GameDayPanel />
          <LoadPanel />
        </div>
      </div>
    </>
  )
}

/** The running drill, as its trainee sees it, and the instructor's controls. */
function Watch() {
  const running = useDrills().data?.running ?? ''
  const { data } = useDrill(running)
  const [text, setText] = useState('')
  const now = useNow()
  const queries = useQueryClient()
  const command = useMutation({
    mutationFn: (give: (id: string) => Promise<unknown>) => give(running),
    onSuccess: () => {
      setText('')
      void queries.invalidateQueries({ queryKey: ['drill'] })
      void queries.invalidateQueries({ queryKey: ['drills'] })
    },
  })
  return (
    <section aria-label="Current drill" className="box">
      <h2>Current drill</h2>
      {!data ? (
        <Empty>No drill is running.</Empty>
      ) : (
        <>
          <p>
            <Link to={`/drills/${running}`}>{data.title}</Link> by {data.drill.trainee}: {elapsed(drillClock(data.drill, now))} of{' '}
            {elapsed(data.drill.limitMs)}
            {data.drill.phase === 'paused' && <b> · paused</b>}
          </p>
          {data.drill.shift ? <ShiftCourse view={data} /> : <p className="quiet">{reachedInWords(data.drill)}</p>}
          <form
            className="note"
            onSubmit={(event) => {
              event.preventDefault()
              command.mutate((id) => api.post('/api/drills/:id/messages', { id, body: { text } }))
            }}
          >
            <input
              aria-label="Message"
              placeholder="A message to the players"
              required
              maxLength={2000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button>Send</button>
          </form>
          <p className="buttons">
            <button
              onClick={() => command.mutate((id) => api.post('/api/drills/:id/hint', { id }))}
              disabled={!mayDo(data.drill.phase, 'ask-hint')}
            >
              Give a hint
            </button>
            {data.drill.phase === 'paused' ? (
              <button onClick={() => command.mutate((id) => api.post('/api/drills/:id/continue', { id }))}>Continue</button>
            ) : (
              <button onClick={() => command.mutate((id) => api.post('/api/drills/:id/pause', { id }))}>Pause</button>
            )}
            <button onClick={() => command.mutate((id) => api.post('/api/drills/:id/extend', { id, body: { byMs: 300_000 } }))}>
              5 more minutes
            </button>
            <button onClick={() => command.mutate((id) => api.post('/api/drills/:id/abort', { id }))}>Abort the drill</button>
          </p>
          {command.error && <Problem error={command.error} />}
          <CoachModeSelect drill={running} mode={data.drill.coach} enabled={mayDo(data.drill.phase, 'set-coach')} />
          <DirectPeople drill={running} enabled={mayDo(data.drill.phase, 'direct-people')} />
          <TimelineEvents startedAt={data.drill.startedAt} events={data.events} most={20} />
        </>
      )}
    </section>
  )
}

const reachedInWords = ({ milestones }: Pick<ToldDrill, 'milestones'>): string =>
  Object.entries(milestones)
    .map(([name, at]) => `${at === null ? '○' : '●'} ${name}`)
    .join('  ')

/** The progress of each incident of a shift, and a button to skip to the next one. */
function ShiftCourse({ view: { drill, incidents } }: { view: DrillView }) {
  const queries = useQueryClient()
  const skip = useMutation({
    mutationFn: () => api.post('/api/drills/:id/skip', { id: drill.id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill'] }),
  })
  return (
    <>
      <ul aria-label="Incidents of the shift" className="shift-course">
        {incidents.map((incident) => (
          <li key={incident.number ?? incident.title}>
            {incident.number === null ? 'Not paged yet' : `Incident ${incident.number}`}: {incident.title}{' '}
            <span className="quiet">{reachedInWords(incident)}</span>
          </li>
        ))}
      </ul>
      <p className="buttons">
        <button onClick={() => skip.mutate()} disabled={skip.isPending || !mayDo(drill.phase, 'skip')}>
          Bring the next forward
        </button>
        <span role="status" className="quiet">
          {skip.data &&
            (skip.data.skippedMs > 0
              ? `What was planned to begin in ${elapsed(skip.data.skippedMs)} begins now.`
              : 'What was planned next has already begun.')}
        </span>
      </p>
      {skip.error && <Problem error={skip.error} />}
    </>
  )
}

const modes: Record<CoachMode, string> = {
  auto: 'speaks by itself',
  muted: 'speaks only when asked for a hint',
  instructor: 'is silent: I write to the trainees myself',
}

/** Who speaks for the coach. */
function CoachModeSelect({ drill, mode, enabled }: { drill: string; mode: CoachMode; enabled: boolean }) {
  const queries = useQueryClient()
  const set = useMutation({
    mutationFn: (wanted: CoachMode) => api.put('/api/drills/:id/coach/mode', { id: drill, body: { mode: wanted } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill'] }),
  })
  return (
    <>
      <label className="inline">
        <span>The coach</span>
        <select value={mode} disabled={!enabled || set.isPending} onChange={(event) => set.mutate(event.target.value as CoachMode)}>
          {Object.entries(modes).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {set.error && <Problem error={set.error} />}
    </>
  )
}
