import { Link } from 'react-router'
import type { DrillState } from '../../../../model/drill.ts'
import { difficulties } from '../../../../model/scenario.ts'
import { useScenarios } from '../../lib/data.ts'
import type { Debrief } from './debrief.ts'
import { nextAfter } from './next-after.ts'

/** What to practise next, and why: milestones that took longer than their par, or were not reached. */
export function PractiseNext({ drill, score }: { drill: DrillState; score: Debrief['score'] }) {
  const scenarios = useScenarios().data?.scenarios ?? []
  const { weak, next } = nextAfter(drill.scenario, score, scenarios)
  if (next.length === 0) return null
  return (
    <section className="box" aria-label="Practise next">
      <h2>Practise next</h2>
      <p>
        {weak.length === 0
          ? 'You reached every milestone within its par. Try something harder, or something new:'
          : `Over par, or not reached: ${weak.join(', ')}. These scenarios train the same skills:`}
      </p>
      <ul className="rows">
        {next.map(({ id, title, difficulty, shared, plays }) => (
          <li key={id}>
            <span>
              <Link to={`/?find=${id}`}>{title}</Link> <span className="quiet">{difficulties.includes(difficulty) ? difficulty : ''}</span>
            </span>
            <span className="quiet">
              {shared.length > 0 ? shared.join(', ') : 'new skills'}
              {plays > 0 ? ' · played before' : ''}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
