import { drillClock, type ToldDrill } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { milestoneNames } from '../../../model/scenario.ts'

interface Props {
  /** The drill, or an incident of a shift in its form. */
  drill: Pick<ToldDrill, 'milestones' | 'startedAt' | 'pauses' | 'skips'>
  /** In milliseconds of its clock. */
  pars: Record<string, number>
}

/** When each milestone was reached, or by when it should be. */
export function Milestones({ drill, pars }: Props) {
  return (
    <ol className="milestones" aria-label="Milestones">
      {milestoneNames.map((name) => {
        const at = drill.milestones[name]
        return (
          <li key={name} className={at === null ? '' : 'reached'}>
            <span>
              <span aria-hidden="true">{at === null ? '○' : '●'}</span> {name}
            </span>
            <span className="quiet">
              {' '}
              {at !== null ? elapsed(drillClock(drill, at)) : pars[name] === undefined ? '' : `par ${elapsed(pars[name])}`}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
