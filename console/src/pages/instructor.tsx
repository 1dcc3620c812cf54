import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { drillClock, mayDo, type CoachMode } from '../../../model/drill.ts'
import { post, put, remove } from '../lib/api.ts'
import { useDrill, useDrills } from '../lib/data.ts'
import { elapsed } from '../../../model/duration.ts'
import { clock, useNow } from '../lib/time.ts'
import { DirectPeople } from '../parts/people/direct.tsx'
import { GameDayPanel } from '../parts/game-day-panel.tsx'
import { LoadPanel } from '../parts/load-panel.tsx'
import { FaultForm, useFaults, type FaultType } from '../parts/fault-form.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'
import { TimelineEvents } from '../parts/timeline.tsx'

/** Where an instructor breaks things, turns the load, and watches who plays. */
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

function FaultBoard() {
  const queries = useQueryClient()
  const { data, error } = useFaults()
  const [words, setWords] = useState('')
  const refresh = () => queries.invalidateQueries({ queryKey: ['faults'] })
  const revert = useMutation({ mutationFn: (instance: string) => remove(`/api/faults/${instance}`), onSettled: refresh })
  const revertAll = useMutation({ mutationFn: () => remove('/api/faults'), onSettled: refresh })
  const reset = useMutation({ mutationFn: () => post('/api/reset'), onSettled: refresh })
  const now = useNow()
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="faults" />
  const fits = (fault: FaultType) => `${fault.title} ${fault.effect} ${fault.category}`.toLowerCase().includes(words.toLowerCase())
  const categories = [...new Set(data.faults.map((fault) => fault.category))].filter((category) => category !== 'none')
  const titles = new Map(data.faults.map((fault) => [fault.id, fault.title]))
  return (
    <>
      <section aria-label="Open faults" className="box">
        <div className="heading">
          <h2>Open faults</h2>
          <span className="buttons">
            <button onClick={() => revertAll.mutate()} disabled={data.open.length === 0 || revertAll.isPending}>
              Revert all
            </button>
            <button onClick={() => reset.mutate()} disabled={reset.isPending}>
              {reset.isPending ? 'Resetting…' : 'Reset the range'}
            </button>
          </span>
        </div>
        {(revert.error ?? revertAll.error ?? reset.error) && <Problem error={revert.error ?? revertAll.error ?? reset.error} />}
        {data.open.length === 0 ? (
          <Empty>No faults are injected.</Empty>
        ) : (
          <ul className="rows">
            {data.open.map((record) => (
              <li key={record.instance} className="bad">
                <div>
                  <b>{titles.get(record.fault) ?? record.fault}</b>{' '}
                  <span className="quiet">
                    {record.state} · {values(record.params)}
                    {record.ramp && ` (${record.ramp.param} grows from ${record.ramp.from} over ${elapsed(record.ramp.overMs)})`} ·{' '}
                    {elapsed(Math.max(0, record.deadlineAt - now))} left
                    {record.drill ? ' · of a drill' : ''}
                  </span>
                  {record.error && <p className="caution">{record.error}</p>}
                </div>
                <button onClick={() => revert.mutate(record.instance)} disabled={revert.isPending}>
                  Revert
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-label="Break something" className="box">
        <h2>Break something</h2>
        <label>
          What should users or operators notice?
          <input
            type="search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            placeholder="slow, refused, cache, queue…"
          />
        </label>
        {categories.map((category) => {
          const found = data.faults.filter((fault) => fault.category === category && fits(fault))
          if (found.length === 0) return null
          return (
            // Forty at once are a wall: closed until they are looked for, or opened.
            <details key={`${category} ${words !== ''}`} className="fault-category" open={words !== ''}>
              <summary>
                {category} <span className="quiet">{found.length}</span>
              </summary>
              {found.map((fault) => (
                <FaultForm key={fault.id} fault={fault} onDone={refresh} />
              ))}
            </details>
          )
        })}
      </section>
      <section aria-label="History" className="box">
        <h2>History</h2>
        {data.history.length === 0 && <Empty>No faults in the last day.</Empty>}
        <ul className="rows">
          {data.history
            .toSorted((a, b) => b.plannedAt - a.plannedAt)
            .slice(0, 12)
            .map((record) => (
              <li key={record.instance}>
                <span>
                  {clock(record.plannedAt)} {titles.get(record.fault) ?? record.fault}{' '}
                  <span className="quiet">
                    {record.state} {values(record.params)}
                    {record.revertedAt !== null && record.injectedAt !== null
                      ? ` · for ${elapsed(record.revertedAt - record.injectedAt)}`
                      : ''}
                  </span>
                </span>
              </li>
            ))}
        </ul>
      </section>
    </>
  )
}

const values = (params: unknown): string =>
  Object.entries((params ?? {}) as Record<string, unknown>)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ') || 'as usual'

/** The drill that runs, as its player sees it, and what one can do for him. */
function Watch() {
  const running = useDrills().data?.running ?? ''
  const { data } = useDrill(running)
  const [text, setText] = useState('')
  const now = useNow()
  const queries = useQueryClient()
  const command = useMutation({
    mutationFn: ({ path, body }: { path: string; body?: unknown }) => post(`/api/drills/${running}/${path}`, body ?? {}),
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
          <p className="quiet">
            {Object.entries(data.drill.milestones)
              .map(([name, at]) => `${at === null ? '○' : '●'} ${name}`)
              .join('  ')}
          </p>
          <form
            className="note"
            onSubmit={(event) => {
              event.preventDefault()
              command.mutate({ path: 'messages', body: { text } })
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
            <button onClick={() => command.mutate({ path: 'hint' })} disabled={!mayDo(data.drill.phase, 'ask-hint')}>
              Give a hint
            </button>
            {data.drill.phase === 'paused' ? (
              <button onClick={() => command.mutate({ path: 'continue' })}>Continue</button>
            ) : (
              <button onClick={() => command.mutate({ path: 'pause' })}>Pause</button>
            )}
            <button onClick={() => command.mutate({ path: 'extend', body: { byMs: 300_000 } })}>5 more minutes</button>
            <button onClick={() => command.mutate({ path: 'abort' })}>Abort the drill</button>
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

const modes: Record<CoachMode, string> = {
  auto: 'speaks by itself',
  muted: 'only when asked for a hint',
  instructor: 'I take over: messages are mine',
}

/** Who speaks for the coach. */
function CoachModeSelect({ drill, mode, enabled }: { drill: string; mode: CoachMode; enabled: boolean }) {
  const queries = useQueryClient()
  const set = useMutation({
    mutationFn: (wanted: string) => put(`/api/drills/${drill}/coach/mode`, { mode: wanted }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill'] }),
  })
  return (
    <>
      <label className="inline">
        <span>The coach</span>
        <select value={mode} disabled={!enabled || set.isPending} onChange={(event) => set.mutate(event.target.value)}>
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
