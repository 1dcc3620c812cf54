import { useMutation, useQueryClient } from '@tanstack/react-query'
import { mayDo, type DrillState } from '../../../model/drill.ts'
import { post } from '../lib/api.ts'
import { Problem } from './states.tsx'

export function Hints({ drill }: { drill: DrillState }) {
  const queries = useQueryClient()
  const ask = useMutation({
    mutationFn: () => post<{ given: boolean; waitMs: number }>(`/api/drills/${drill.id}/hint`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['drill', drill.id] }),
  })
  const answer = ask.data
  return (
    <section aria-label="Hints" className="box">
      <h2>Hints</h2>
      <ul className="hints" aria-live="polite">
        {drill.hints.map((hint) => (
          <li key={`${hint.milestone}-${hint.rung}`}>
            <span className="quiet">
              {hint.milestone} · {hint.rung}
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
