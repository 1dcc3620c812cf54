import { useMutation } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import type { DrillState } from '../../../../model/drill.ts'
import { ApiError, post } from '../../lib/api.ts'

export type Mode = 'learning' | 'assessment'
/** What to play: a scenario by its id, or what the control plane picks. */
export type Wanted = { scenario: string } | 'surprise'

const againAfterMs = 2_000
const mostTries = 45
export const isUnsteady = (problem: unknown): problem is ApiError => problem instanceof ApiError && problem.code === 'range-not-steady'

/** Starts a drill, and goes to its incident room. */
export function useStart(mode: Mode) {
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (what: Wanted) => post<DrillState>('/api/drills', { ...(what === 'surprise' ? {} : what), mode }),
    // A range that was just started, or reset, takes some seconds until its users are served: the drill begins then.
    retry: (tries, problem) => isUnsteady(problem) && tries < mostTries,
    retryDelay: againAfterMs,
    onSuccess: (drill) => void navigate(`/drills/${drill.id}`),
  })
}
