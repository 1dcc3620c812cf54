import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Progress } from '../../../model/progress.ts'
import { get } from '../lib/api.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'

/** What has been practised over all drills, by skill, and which step takes longest. */
export function ProgressPage() {
  const { data, error } = useQuery({ queryKey: ['progress'], queryFn: () => get<Progress>('/api/progress') })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="your progress" />
  const slowest = data.steps
    .filter(({ medianOfPar }) => medianOfPar !== null)
    .toSorted((a, b) => (b.medianOfPar ?? 0) - (a.medianOfPar ?? 0))[0]
  return (
    <>
      <h1>Progress</h1>
      {data.drills === 0 ? (
        <Empty>
          Nothing is finished yet. <Link to="/">Pick a scenario</Link>.
        </Empty>
      ) : (
        <section className="box" aria-label="Steps">
          <h2>Steps</h2>
          {slowest && (slowest.medianOfPar ?? 0) > 1 && (
            <p>
              Most is to be gained where you have <b>{slowest.milestone}</b>: usually {ratio(slowest.medianOfPar)} of par.
            </p>
          )}
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Reached</th>
                <th scope="col">Median time, of par</th>
              </tr>
            </thead>
            <tbody>
              {data.steps.map((step) => (
                <tr key={step.milestone}>
                  <th scope="row">{step.milestone}</th>
                  <td>
                    {step.reached} of {step.of}
                  </td>
                  <td>{ratio(step.medianOfPar)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <section className="box" aria-label="Skills">
        <h2>Skills</h2>
        <div className="table" role="region" aria-label="Skills" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Skill</th>
                <th scope="col">Best</th>
                <th scope="col">Scores so far</th>
                <th scope="col">Trained by</th>
              </tr>
            </thead>
            <tbody>
              {data.skills.map(({ skill, scores, scenarios }) => (
                <tr key={skill}>
                  <th scope="row">{skill}</th>
                  <td>{scores.length === 0 ? '–' : Math.max(...scores)}</td>
                  <td>{scores.length === 0 ? 'not played' : scores.slice(-8).join(', ')}</td>
                  <td>
                    <ul className="plain">
                      {scenarios.map(({ id, title, played, unassisted }) => (
                        <li key={id}>
                          {title} <span className="quiet">{unassisted ? '● without help' : played ? '◐ played' : '○ not yet'}</span>
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  )
}

const ratio = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} ×`)
