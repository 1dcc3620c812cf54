import { inWords } from '../../../../model/read-off.ts'
import { formatValue } from '../../../../model/value.ts'
import type { Debrief } from './debrief.ts'

/** The cause, the fix, and where the cause was visible. */
export function Answer({ debrief }: { debrief: Pick<Debrief, 'cause' | 'solution' | 'places' | 'budgetBurnt'> }) {
  const { cause, solution, places, budgetBurnt } = debrief
  return (
    <section className="box" aria-label="The answer">
      <h2>The answer</h2>
      <p>
        It was <b>{cause.component}</b>, {cause.category}. The fix:
      </p>
      <ol>
        {solution.map((step) => (
          <li key={step.action ?? step.terminal}>
            {step.action === undefined ? (
              <>
                In a terminal, <code>{step.terminal}</code>
              </>
            ) : (
              <>
                <b>{step.action.replaceAll('-', ' ')}</b> {Object.values(step.params).map(inWords).join(' ')}
              </>
            )}
            : {step.why}
          </li>
        ))}
      </ol>
      <p>Where you could see it:</p>
      <ul className="tags">
        {places.map(({ view, component, seen }) => (
          <li key={`${view} ${component}`}>
            {seen ? '●' : '○'} {view} of {component} <span className="quiet">{seen ? 'you looked' : 'you did not look'}</span>
          </li>
        ))}
      </ul>
      {budgetBurnt !== null && (
        <p>
          The incident used up <b>{formatValue(budgetBurnt, 'count')} ×</b> the error budget for its duration.
        </p>
      )}
    </section>
  )
}
