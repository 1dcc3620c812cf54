import { Dices } from 'lucide-react'
import { Link } from 'react-router'
import type { ScenarioCard } from '../../../../model/scenario.ts'
import { formatMinutes } from '../../lib/format.ts'
import { useLive } from '../../lib/live.ts'
import type { Mode, Wanted } from './start.ts'

/** The link to the running drill. */
export const RunningHero = ({ drill }: { drill: string }) => (
  <p className="hero">
    <span>A drill is running.</span>
    <Link className="button primary" to={`/drills/${drill}`}>
      Back to the incident
    </Link>
  </p>
)

interface Props {
  mode: Mode
  next: ScenarioCard | null
  /** Whether no drill was ever finished here. */
  first: boolean
  /** Whether a drill is being started. */
  busy: boolean
  onStart: (what: Wanted) => void
}

/** What to start now: the next scenario, or an assessment. */
export function StartHero({ mode, next, first, busy, onStart }: Props) {
  const live = useLive()
  return (
    <>
      {live.healthy === false && !busy && (
        <p className="banner" role="status">
          The range is not steady yet; a drill that you start now begins as soon as it is.
        </p>
      )}
      {mode === 'assessment' && (
        <div className="hero">
          <span>
            <b>An assessment is blind.</b> It picks what you have practised least, and only the pager tells you about it.
          </span>
          <button className="primary" disabled={busy} onClick={() => onStart('surprise')}>
            Start an assessment
          </button>
        </div>
      )}
      {mode === 'learning' && next && (
        <div className="hero">
          <span>
            <b>{first ? 'Start here' : 'Next for you'}:</b> {next.title}{' '}
            <span className="quiet">
              {next.difficulty}, {formatMinutes(next.parMs)}
            </span>
          </span>
          <span className="buttons">
            <button className="primary" disabled={busy} onClick={() => onStart({ scenario: next.id })}>
              Play {next.title}
            </button>
            <button
              disabled={busy}
              title="Picks what you have practised least. Only the pager tells you about it."
              onClick={() => onStart('surprise')}
            >
              <Dices size={16} /> Surprise me
            </button>
          </span>
        </div>
      )}
    </>
  )
}
