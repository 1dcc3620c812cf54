import { useMutation } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { api } from '../../lib/api.ts'
import { onceSteady } from '../../lib/unsteady.ts'

export type Mode = 'learning' | 'assessment'
/** What to play: a scenario or a shift by its id, or what the control plane picks. */
export type Wanted = { scenario: string } | { shift: string } | 'surprise'

/** Starts a drill, and opens its incident room. */
export function useStart(mode: Mode) {
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (what: Wanted) => api.post('/api/drills', { body: { ...(what === 'surprise' ? {} : what), mode } }),
    ...onceSteady,
    onSuccess: (drill) => void navigate(`/drills/${drill.id}`),
  })
}
