import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'
import type { ShiftCard } from '../../../../model/shift.ts'
import { formatMinutes } from '../../lib/format.ts'

interface Props {
  shifts: readonly ShiftCard[]
  busy: boolean
  onStart: (shift: string) => void
}

/** Several incidents with one pager: trainees do not know how many there are, or when they come. */
export function Shifts({ shifts, busy, onStart }: Props) {
  const [params] = useSearchParams()
  if (shifts.length === 0) return null
  return (
    <section aria-label="Shifts" className="shifts">
      <h2>Shifts</h2>
      <p className="quiet">You have the pager for a while. Nobody tells you how many incidents come, when, or which pages matter.</p>
      <ul className="tiles">
        {shifts.map((shift) => (
          <ShiftTile key={shift.id} shift={shift} sought={params.get('shift') === shift.id} busy={busy} onStart={() => onStart(shift.id)} />
        ))}
      </ul>
    </section>
  )
}

interface TileProps {
  shift: ShiftCard
  /** Whether the address names it: it is then scrolled into view. */
  sought: boolean
  busy: boolean
  onStart: () => void
}

function ShiftTile({ shift, sought, busy, onStart }: TileProps) {
  const { title, summary, difficulty, limitMs, best, playable } = shift
  const tile = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (!sought) return
    tile.current?.scrollIntoView({ block: 'center' })
    tile.current?.querySelector('button')?.focus()
  }, [sought])
  return (
    <li ref={tile} className={`tile ${best ? 'played' : ''}`}>
      <h3>{title}</h3>
      <p>{summary}</p>
      <div className="tile-foot">
        <span className="quiet">
          {difficulty} · {formatMinutes(limitMs)}
          {best && ` · best ${best.score}`}
        </span>
        {playable ? (
          <button className="primary" disabled={busy} onClick={onStart} aria-label={`Start ${title}`}>
            Start
          </button>
        ) : (
          <span className="quiet">cannot be played on this range</span>
        )}
      </div>
    </li>
  )
}
