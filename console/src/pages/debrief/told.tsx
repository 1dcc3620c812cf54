import { elapsed } from '../../../../model/duration.ts'
import { drillClock, type DrillState } from '../../../../model/drill.ts'
import type { Debrief } from './debrief.ts'

interface Props {
  story: Debrief['story']
  drill: DrillState
  title?: string
  /** Without it, times are not links. */
  onMoment?: (at: number) => void
}

/** What happened, in sentences: each with a time links to it. */
export function Told({ story, drill, title = 'The drill in words', onMoment }: Props) {
  return (
    <section className="box" aria-label={title}>
      <h2>{title}</h2>
      <ol className="told">
        {story.map(({ at, text, tone }) => (
          <li key={text} className={tone}>
            {at === null || !onMoment ? (
              <span className="told-time">{at !== null && elapsed(drillClock(drill, at))}</span>
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
