import { drillClock } from '../../../../../model/drill.ts'
import { elapsed } from '../../../../../model/duration.ts'
import type { MilestoneName } from '../../../../../model/scenario.ts'
import { Markdown } from '../../../parts/markdown.tsx'
import { AffectedOrders } from '../affected-orders.tsx'
import { Answer } from '../answer.tsx'
import { AlertsInHindsight } from '../hindsight.tsx'
import { ScoreTable } from '../score-table.tsx'
import { Told } from '../told.tsx'
import type { ShiftIncident } from './debrief.ts'

const told: MilestoneName[] = ['acknowledged', 'mitigated', 'recovered']
const outcomes = { resolved: 'resolved', 'time-up': 'not resolved: time was up', 'given-up': 'not resolved' }

interface Props {
  incident: ShiftIncident
  onMoment: (at: number) => void
}

/** One incident of a shift: a row that opens to its details. */
export function IncidentDebrief({ incident, onMoment }: Props) {
  const { number, urgency, why, debrief } = incident
  const { drill, score, title, reference } = debrief
  return (
    <details className="box incident-debrief">
      <summary>
        <span className="incident-title">
          <b>
            {number === null ? 'Never paged' : `Incident ${number}`}: {title}
          </b>{' '}
          <span className="quiet">
            urgency: {urgency} · {outcomes[drill.outcome ?? 'given-up']}
          </span>
        </span>
        {told.map((name) => {
          const at = drill.milestones[name]
          const par = reference.find(({ milestone }) => milestone === name)?.parMs
          const took = at === null ? null : drillClock(drill, at)
          return (
            <span key={name} className={`incident-time ${took === null || (par !== undefined && took > par) ? 'late' : 'in-time'}`}>
              <span className="quiet">{name}</span> <b>{took === null ? 'never' : elapsed(took)}</b>{' '}
              {par !== undefined && <span className="quiet">par {elapsed(par)}</span>}
            </span>
          )
        })}
        <span className="incident-score">
          <b>{score.total}</b> <span className="quiet">of 100</span>
        </span>
      </summary>
      <p>
        <b>Urgency: {urgency}.</b> {why}
      </p>
      <Told story={debrief.story} drill={drill} title="The incident in words" onMoment={onMoment} />
      <ScoreTable lines={score.lines} />
      <Answer debrief={debrief} />
      <AffectedOrders drill={drill} affected={debrief.affected} />
      <section className="box" aria-label="What happened">
        <Markdown text={debrief.text} />
        {debrief.reading && (
          <p>
            It has happened to others:{' '}
            <a href={debrief.reading.url} target="_blank" rel="noreferrer">
              {debrief.reading.title}
            </a>
          </p>
        )}
      </section>
      <AlertsInHindsight alerts={debrief.alerts} />
    </details>
  )
}
