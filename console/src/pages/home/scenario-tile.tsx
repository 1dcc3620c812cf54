import type { ScenarioCard } from '../../../../model/scenario.ts'
import { formatMinutes } from '../../lib/format.ts'

interface Props {
  scenario: ScenarioCard
  /** Whether its skills are shown before it was played. */
  topics: boolean
  busy: boolean
  onStart: () => void
}

/** One scenario of the catalogue. Its skills are shown only once it was played, or when browsing by topic, because they hint at the answer. */
export function ScenarioTile({ scenario, topics, busy, onStart }: Props) {
  const { title, summary, parMs, best, plays, playable, skills } = scenario
  return (
    <li className={`tile ${best ? 'played' : ''}`}>
      <h3>{title}</h3>
      <p>{summary}</p>
      {(topics || plays > 0) && (
        <ul className="tags" aria-label="Topics">
          {skills.map((skill) => (
            <li key={skill}>{skill}</li>
          ))}
        </ul>
      )}
      <div className="tile-foot">
        <span className="quiet">
          par {formatMinutes(parMs)}
          {best ? ` · best ${best.score}` : plays > 0 ? ' · not finished' : ''}
        </span>
        {playable ? (
          <button className="primary" disabled={busy} onClick={onStart} aria-label={`Start ${title}`}>
            Start
          </button>
        ) : (
          <span className="quiet">{skills.includes('Kubernetes') ? 'needs a shop in a cluster' : 'not for a shop in a cluster'}</span>
        )}
      </div>
    </li>
  )
}
