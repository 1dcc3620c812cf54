import { Link } from 'react-router'
import type { ToldDrill } from '../../../../model/drill.ts'
import { Empty } from '../../parts/states.tsx'

const shown = 8

/** The latest drills, each with its debrief. */
export function PastDrills({ drills, titles }: { drills: readonly ToldDrill[]; titles: ReadonlyMap<string, string> }) {
  return (
    <section aria-label="Your drills">
      <h2>Your drills</h2>
      {drills.length === 0 ? (
        <Empty>Nothing played yet. Pick a scenario; your pager will tell you the rest.</Empty>
      ) : (
        <ul className="rows">
          {drills.slice(0, shown).map((drill) => (
            <li key={drill.id}>
              <Link to={`/drills/${drill.id}/debrief`}>{titles.get(drill.scenario) ?? `Drill ${drill.number}`}</Link>
              <span className="quiet">
                {new Date(drill.startedAt).toLocaleString()} · {drill.outcome} · {drill.shift ? 'shift' : assistance(drill.hints.length)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const assistance = (hints: number): string => (hints === 0 ? 'without hints' : hints === 1 ? '1 hint' : `${hints} hints`)
