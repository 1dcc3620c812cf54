import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { DrillEvent, DrillState } from '../../../model/drill.ts'
import { get } from '../lib/api.ts'
import { useDashboards } from '../lib/data.ts'
import { elapsed } from '../../../model/duration.ts'
import { formatValue } from '../../../model/value.ts'
import { Chart } from '../parts/chart.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { markersOf } from '../parts/markers.ts'
import { Loading, Problem } from '../parts/states.tsx'
import { Timeline } from '../parts/timeline.tsx'

interface Debrief {
  drill: DrillState
  title: string
  score: {
    total: number
    assisted: boolean
    lines: { what: string; points: number; of: number; tookMs: number | null; parMs: number | null; detail: string }[]
  }
  cause: { component: string; category: string }
  places: { view: string; component: string; seen: boolean }[]
  budgetBurnt: number | null
  solution: { action: string; params: Record<string, unknown>; why: string }[]
  text: string
  events: DrillEvent[]
  alerts: {
    alerts: { name: string; use: 'actionable' | 'symptom' | 'noise'; pages: number; firstAfterMs: number; firedMs: number }[]
    pages: number
    actionablePages: number
  }
  tries: { id: string; at: number; trainee: string; score: number; assisted: boolean }[]
}

/** What the coach says of it, when it has. */
function CoachWords({ events }: { events: DrillEvent[] }) {
  const said = events.findLast((event) => event.type === 'coach-debriefed')
  return said?.type === 'coach-debriefed' ? (
    <p className="said" aria-label="The coach">
      {said.text}
    </p>
  ) : null
}

export function DebriefPage() {
  const { id = '' } = useParams()
  const { data, error } = useQuery({
    queryKey: ['debrief', id],
    queryFn: () => get<Debrief>(`/api/drills/${id}/debrief`),
    // The coach comes a moment after the end.
    refetchInterval: ({ state }) => (state.data?.events.some((event) => event.type === 'coach-debriefed') ? false : 3_000),
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the debrief" />
  const { drill, score } = data
  return (
    <>
      <div className="heading">
        <h1>Debrief: {data.title}</h1>
        <span className="score">
          {score.total}
          <span className="quiet"> of 100 · {score.assisted ? 'assisted' : 'unassisted'}</span>
        </span>
        <span className="buttons">
          <a className="button" href={`/api/drills/${id}/postmortem.md`} download>
            Postmortem (Markdown)
          </a>
          <a className="button" href={`/api/drills/${id}/postmortem.zip`} download>
            with graphs
          </a>
          <Link className="button" to="/">
            Next scenario
          </Link>
        </span>
      </div>
      <CoachWords events={data.events} />
      <div className="room">
        <div>
          <section className="box" aria-label="Score">
            <table className="score-table">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">You</th>
                  <th scope="col">Par</th>
                  <th scope="col">Points</th>
                  <th scope="col">Note</th>
                </tr>
              </thead>
              <tbody>
                {score.lines.map((line) => (
                  <tr key={line.what}>
                    <th scope="row">{line.what}</th>
                    <td>{line.tookMs === null ? '–' : elapsed(line.tookMs)}</td>
                    <td>{line.parMs === null ? '–' : elapsed(line.parMs)}</td>
                    <td>{line.of > 0 ? `${line.points} of ${line.of}` : line.points}</td>
                    <td>{line.detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section className="box" aria-label="The answer">
            <h2>The answer</h2>
            <p>
              It was <b>{data.cause.component}</b>, {data.cause.category}. What mends it:
            </p>
            <ol>
              {data.solution.map((step) => (
                <li key={step.action}>
                  <b>{step.action}</b> {Object.values(step.params).join(' ').replace('$blocker', '(the blocking session)')}: {step.why}
                </li>
              ))}
            </ol>
            <p>Where it could be seen:</p>
            <ul className="tags">
              {data.places.map(({ view, component, seen }) => (
                <li key={`${view} ${component}`}>
                  {seen ? '●' : '○'} {view} of {component} <span className="quiet">{seen ? 'you looked' : 'not looked at'}</span>
                </li>
              ))}
            </ul>
            {data.budgetBurnt !== null && (
              <p>
                Users lost <b>{formatValue(data.budgetBurnt, 'count')} ×</b> the error budget that the time of the drill allowed.
              </p>
            )}
          </section>
          <section className="box" aria-label="What happened">
            <Markdown text={data.text} />
          </section>
          <Course drill={drill} events={data.events} />
          <AlertsInHindsight alerts={data.alerts} />
          {data.tries.length > 1 && <Tries tries={data.tries} id={id} />}
        </div>
        <div>
          <Timeline drillId={id} startedAt={drill.startedAt} events={data.events} canNote />
        </div>
      </div>
    </>
  )
}

const aroundMs = 30_000

/** The drill over the graphs: what users felt, and when what was done. */
function Course({ drill, events }: { drill: DrillState; events: DrillEvent[] }) {
  const { data } = useDashboards()
  const panels = data?.dashboards.find((board) => board.id === 'overview')?.panels.slice(0, 4) ?? []
  const range = { from: drill.startedAt - aroundMs, to: (drill.endedAt ?? drill.lastEventAt) + aroundMs }
  const markers = useMemo(() => markersOf(events), [events])
  return (
    <section aria-label="Over the graphs">
      <h2>Over the graphs</h2>
      <div className="panels">
        {panels.map((panel) => (
          <Chart key={panel.title} panel={panel} range={range} markers={markers} />
        ))}
      </div>
    </section>
  )
}

const uses = { actionable: 'had to be acted on', symptom: 'told of the same cause again', noise: 'of no use' }

function AlertsInHindsight({ alerts }: { alerts: Debrief['alerts'] }) {
  return (
    <section className="box" aria-label="Alerts in hindsight">
      <h2>Alerts in hindsight</h2>
      <p>
        {alerts.pages} pages, {alerts.actionablePages} of them actionable.
      </p>
      <div className="table" role="region" aria-label="Alerts by use" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">alert</th>
              <th scope="col">pages</th>
              <th scope="col">first after</th>
              <th scope="col">fired for</th>
              <th scope="col">in hindsight</th>
            </tr>
          </thead>
          <tbody>
            {alerts.alerts.map((alert) => (
              <tr key={alert.name}>
                <th scope="row">{alert.name}</th>
                <td>{alert.pages}</td>
                <td>{elapsed(alert.firstAfterMs)}</td>
                <td>{elapsed(alert.firedMs)}</td>
                <td>{uses[alert.use]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Tries({ tries, id }: { tries: Debrief['tries']; id: string }) {
  return (
    <section className="box" aria-label="Tries">
      <h2>Tries</h2>
      <ol className="rows">
        {tries.map((attempt) => (
          <li key={attempt.id}>
            <span>
              {new Date(attempt.at).toLocaleString()} · {attempt.trainee}
            </span>
            <span>
              <b>{attempt.score}</b> <span className="quiet">{attempt.assisted ? 'assisted' : 'unassisted'}</span>{' '}
              {attempt.id === id ? 'this one' : <Link to={`/drills/${attempt.id}/debrief`}>its debrief</Link>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
