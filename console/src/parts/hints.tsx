import { useMutation, useQueryClient } from '@tanstack/react-query'
import { mayDo, type DrillState } from '../../../model/drill.ts'
import { post } from '../lib/api.ts'
import { Problem } from './states.tsx'

/** What the coach says: hints, asked for or not, and what went well. */
export function Hints({ drill, said }: { drill: DrillState; said: string | null }) {
  const queries = useQueryClient()
  const ask = useMutation({
    mutationFn: () => post<{ given: boolean; waitMs: number }>(`/api/drills/${drill.id}/hint`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  const answer = ask.data
  return (
    <section aria-label="Hints" className="box">
      <h2>Coach</h2>
      {said && (
        <p className="said" role="status">
          {said}
        </p>
      )}
      <ul className="hints" aria-live="polite">
        {drill.hints.toReversed().map((hint) => (
          <li key={`${hint.milestone}-${hint.rung}`}>
            <span className="quiet">
              {hint.milestone} · {hint.rung}
              {hint.reason === 'struggling'
                ? ' · from the coach'
                : hint.reason === 'time'
                  ? ' · time is short'
                  : hint.reason === 'instructor'
                    ? ' · from the instructor'
                    : ''}
            </span>
            <br />
            {hint.text}
          </li>
        ))}
      </ul>
      {mayDo(drill.phase, 'ask-hint') && (
        <button onClick={() => ask.mutate()} disabled={ask.isPending}>
          I am stuck
        </button>
      )}
      {answer && !answer.given && (
        <p role="status">
          {answer.waitMs > 0
            ? `Try the last hint first; the next comes in ${Math.ceil(answer.waitMs / 1_000)} s.`
            : 'There are no more hints for this step.'}
        </p>
      )}
      {ask.error && <Problem error={ask.error} />}
    </section>
  )
}
