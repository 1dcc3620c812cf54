import { drillClock, type DrillState } from '../../../model/drill.ts'
import { elapsed } from '../../../model/duration.ts'
import { milestoneNames } from '../../../model/scenario.ts'

/** When each milestone was reached, or by when it should be. `pars` are in milliseconds of the drill’s clock. */
export function Milestones({ drill, pars }: { drill: DrillState; pars: Record<string, number> }) {
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
