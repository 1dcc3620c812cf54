import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { DrillEvent } from '../../../../model/drill.ts'
import { get } from '../../lib/api.ts'
import { elapsed } from '../../../../model/duration.ts'
import { formatValue } from '../../../../model/value.ts'
import { Markdown } from '../../parts/markdown.tsx'
import { Loading, Problem } from '../../parts/states.tsx'
import { Timeline } from '../../parts/timeline.tsx'
import type { Debrief } from './debrief.ts'
import { AlertsInHindsight, Tries } from './hindsight.tsx'
import { PractiseNext } from './practise-next.tsx'
import { Replay } from './replay.tsx'
import { Story } from './story.tsx'
import { Told } from './told.tsx'
import { RecordedTerminals } from './terminals.tsx'
import { Telling } from './telling.tsx'

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
  // Of the story, the graphs, the map and the alerts: milliseconds since the epoch.
  const [moment, setMoment] = useState<number | null>(null)
  const { data, error } = useQuery({
    queryKey: ['debrief', id],
    queryFn: () => get<Debrief>(`/api/drills/${id}/debrief`),
    // The coach comes a moment after the end.
    refetchInterval: ({ state }) => (state.data?.events.some((event) => event.type === 'coach-debriefed') ? false : 3_000),
  })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the debrief" />
  const { drill, score } = data
  const shownAt = moment ?? drill.endedAt ?? drill.lastEventAt
  return (
    <>
      <div className="heading">
        <h1>Debrief: {data.title}</h1>
        <span className="score">
          {score.total}
          <span className="quiet"> of 100 · {score.assisted ? 'assisted' : 'unassisted'}</span>
        </span>
        <span className="buttons">
          <a className="button primary" href={`/api/drills/${id}/debrief.html`} download>
            Share: one file (HTML)
          </a>
          <button onClick={() => window.print()}>Print</button>
          <a className="button" href={`/api/drills/${id}/postmortem.md`} download>
            Postmortem (Markdown)
          </a>
          <a className="button" href={`/api/drills/${id}/postmortem.zip`} download>
            Postmortem with graphs (zip)
          </a>
          <Link className="button" to="/">
            Next scenario
          </Link>
        </span>
      </div>
      <CoachWords events={data.events} />
      <Story drill={drill} events={data.events} reference={data.reference} moment={shownAt} onMoment={setMoment} />
      <Told story={data.story} drill={drill} onMoment={setMoment} />
      <Replay drill={drill} events={data.events} moment={shownAt} />
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
              It was <b>{data.cause.component}</b>, {data.cause.category}. The fix:
            </p>
            <ol>
              {data.solution.map((step) => (
                <li key={step.action ?? step.terminal}>
                  {step.action === undefined ? (
                    <>
                      In a terminal, <code>{step.terminal}</code>
                    </>
                  ) : (
                    <>
                      <b>{step.action.replaceAll('-', ' ')}</b>{' '}
                      {Object.values(step.params).join(' ').replace('$blocker', '(the blocking session)')}
                    </>
                  )}
                  : {step.why}
                </li>
              ))}
            </ol>
            <p>Where it could be seen:</p>
            <ul className="tags">
              {data.places.map(({ view, component, seen }) => (
                <li key={`${view} ${component}`}>
                  {seen ? '●' : '○'} {view} of {component} <span className="quiet">{seen ? 'you looked' : 'you did not look'}</span>
                </li>
              ))}
            </ul>
            {data.budgetBurnt !== null && (
              <p>
                The incident used up <b>{formatValue(data.budgetBurnt, 'count')} ×</b> the error budget for its duration.
              </p>
            )}
          </section>
          {data.communication && <Telling drill={drill} events={data.events} communication={data.communication} />}
          <section className="box" aria-label="What happened">
            <Markdown text={data.text} />
            {data.again && (
              <p>
                This scenario differs from drill to drill. To play the same again, run{' '}
                <code>
                  firedrill drill start {drill.scenario} --seed {data.again.seed}
                  {data.again.variant !== null && ` --variant ${data.again.variant}`}
                </code>
                .
              </p>
            )}
            {data.reading && (
              <p>
                It has happened to others:{' '}
                <a href={data.reading.url} target="_blank" rel="noreferrer">
                  {data.reading.title}
                </a>
              </p>
            )}
          </section>
          <RecordedTerminals drill={id} startedAt={drill.startedAt} />
          <AlertsInHindsight alerts={data.alerts} />
          <PractiseNext drill={drill} score={score} />
          {data.tries.length > 1 && <Tries tries={data.tries} id={id} />}
        </div>
        <div>
          <Timeline drillId={id} startedAt={drill.startedAt} events={data.events} canNote />
        </div>
      </div>
    </>
  )
}
