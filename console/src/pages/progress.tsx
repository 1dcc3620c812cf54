import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Progress } from '../../../model/progress.ts'
import { api } from '../lib/api.ts'
import { Empty, NotYet } from '../parts/states.tsx'

type Skill = Progress['skills'][number]

/** Below this best score, a skill needs more practice. */
const solid = 70

/** Practice over all drills: which milestone takes longest, and which skills are solid. */
export function ProgressPage() {
  const { data, error } = useQuery({ queryKey: ['progress'], queryFn: () => api.get('/api/progress') })
  if (error || !data) return <NotYet title="Progress" what="your progress" error={error} />
  const best = ({ scores }: Skill): number => Math.max(...scores)
  const practised = data.skills.filter(({ scores }) => scores.length > 0).toSorted((a, b) => best(b) - best(a))
  const fresh = data.skills.filter(({ scores }) => scores.length === 0)
  return (
    <>
      <h1>Progress</h1>
      {data.drills === 0 ? (
        <Empty>
          You have not finished a drill yet. <Link to="/">Pick a scenario</Link>.
        </Empty>
      ) : (
        <Steps progress={data} />
      )}
      {practised.length > 0 && (
        <section className="box" aria-label="Skills">
          <h2>Skills</h2>
          <ul className="skills">
            {practised.map((skill) => (
              <li key={skill.skill}>
                <b>{skill.skill}</b>
                <meter min={0} max={100} low={solid} optimum={100} value={best(skill)} aria-label={`Best score for ${skill.skill}`} />
                <span>{best(skill)}</span>
                <span className="quiet">
                  {/* Not even the title of an unplayed scenario: it would reveal its topic. */}
                  {skill.scenarios
                    .filter(({ played }) => played)
                    .map(({ title, unassisted }) => (unassisted ? `${title} (without help)` : title))
                    .join(', ')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {fresh.length > 0 && (
        <section className="box" aria-label="Not practised yet">
          <h2>Not practised yet</h2>
          <ul className="tags">
            {fresh.map(({ skill }) => (
              <li key={skill}>{skill}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Steps({ progress }: { progress: Progress }) {
  const slowest = progress.steps
    .filter(({ medianOfPar }) => medianOfPar !== null)
    .toSorted((a, b) => (b.medianOfPar ?? 0) - (a.medianOfPar ?? 0))[0]
  return (
    <section className="box" aria-label="Steps">
      <h2>Steps</h2>
      {slowest && (slowest.medianOfPar ?? 0) > 1 && (
        <p>
          You can gain most at <b>{slowest.milestone}</b>: it usually takes you {ratio(slowest.medianOfPar)} the par time.
        </p>
      )}
      <table className="wide">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Reached</th>
            <th scope="col">Median time ÷ par</th>
          </tr>
        </thead>
        <tbody>
          {progress.steps.map((step) => (
            <tr key={step.milestone}>
              <th scope="row">{step.milestone}</th>
              <td>
                {step.reached} of {step.of} drills
              </td>
              <td>{ratio(step.medianOfPar)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const ratio = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} ×`)
