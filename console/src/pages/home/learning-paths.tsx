import { useQuery } from '@tanstack/react-query'
import type { PathView } from '../../../../model/learning-path.ts'
import { api } from '../../lib/api.ts'

/** The learning paths; nothing is locked, and the recommended path is open. */
export function LearningPaths({ busy, onStart }: { busy: boolean; onStart: (scenario: string) => void }) {
  const { data } = useQuery({ queryKey: ['paths'], queryFn: () => api.get('/api/paths') })
  if (!data || data.paths.length === 0) return null
  const paths = data.paths.toSorted((a, b) => Number(b.recommended) - Number(a.recommended))
  return (
    <section aria-label="Learning paths">
      <h2>Learning paths</h2>
      <div className="paths">
        {paths.map((path) => (
          <details key={path.id} className="box" name="learning-path">
            <summary>
              <b>{path.title}</b>{' '}
              <span className="quiet">
                {path.steps.filter(({ resolved }) => resolved).length} of {path.steps.length} resolved
                {path.recommended && ' · next for you'}
              </span>
            </summary>
            <p>{path.why}</p>
            <Readings when="Read before" readings={path.before} />
            <ol>
              {path.steps.map(({ scenario, title, why, playable, resolved }) => (
                <li key={scenario}>
                  {playable ? (
                    <button disabled={busy} onClick={() => onStart(scenario)} aria-label={`Start ${title}`}>
                      {title}
                    </button>
                  ) : (
                    <b>{title}</b>
                  )}{' '}
                  {why} <span className="quiet">{resolved ? 'resolved' : playable ? '' : 'cannot be played on this range'}</span>
                </li>
              ))}
            </ol>
            <Readings when="Read after" readings={path.after} />
          </details>
        ))}
      </div>
    </section>
  )
}

const Readings = ({ when, readings }: { when: string; readings: PathView['before'] }) => (
  <p>
    {when}:{' '}
    {readings.map(({ title, url }, index) => (
      <span key={url}>
        {index > 0 && ', '}
        <a href={url} target="_blank" rel="noreferrer">
          {title}
        </a>
      </span>
    ))}
  </p>
)
