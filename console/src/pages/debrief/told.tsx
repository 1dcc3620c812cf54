import { elapsed } from '../../../../model/duration.ts'
import { drillClock, type DrillState } from '../../../../model/drill.ts'
import type { Debrief } from './debrief.ts'

/** What happened, in sentences: each that has a moment leads to it. */
export function Told({ story, drill, onMoment }: { story: Debrief['story']; drill: DrillState; onMoment: (at: number) => void }) {
  return (
    <section className="box" aria-label="The drill in words">
      <h2>The drill in words</h2>
      <ol className="told">
        {story.map(({ at, text, tone }) => (
          <li key={text} className={tone}>
            {at === null ? (
              <span className="told-time" />
            ) : (
              <button className="link told-time" title="Show this moment" onClick={() => onMoment(at)}>
                {elapsed(drillClock(drill, at))}
              </button>
            )}
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
