import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { DrillEvent, DrillState } from '../../../model/drill.ts'
import { get } from '../lib/api.ts'
import { elapsed } from '../lib/time.ts'
import { Markdown } from '../parts/markdown.tsx'
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
  solution: { action: string; params: Record<string, unknown>; why: string }[]
  text: string
  events: DrillEvent[]
}

export function DebriefPage() {
  const { id = '' } = useParams()
  const { data, error } = useQuery({ queryKey: ['debrief', id], queryFn: () => get<Debrief>(`/api/drills/${id}/debrief`) })
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
        <Link className="button" to="/">
          Next scenario
        </Link>
      </div>
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
          </section>
          <section className="box" aria-label="What happened">
            <Markdown text={data.text} />
          </section>
        </div>
        <div>
          <Timeline drillId={id} startedAt={drill.startedAt} events={data.events} canNote />
        </div>
      </div>
    </>
  )
}
