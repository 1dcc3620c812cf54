import { Link } from 'react-router'
import { elapsed } from '../../../../model/duration.ts'
import type { Debrief } from './debrief.ts'

const uses = { actionable: 'needed action', symptom: 'another symptom of the same cause', noise: 'noise' }

/** Which alerts were useful. */
export function AlertsInHindsight({ alerts }: { alerts: Debrief['alerts'] }) {
  return (
    <section className="box" aria-label="Alerts in hindsight">
      <h2>Alerts in hindsight</h2>
      <p>
        {alerts.pages} pages, {alerts.actionablePages} of them actionable.
      </p>
      <div className="table" role="region" aria-label="Alerts by use" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">alert</th>
              <th scope="col">pages</th>
              <th scope="col">first after</th>
              <th scope="col">fired for</th>
              <th scope="col">in hindsight</th>
            </tr>
          </thead>
          <tbody>
            {alerts.alerts.map((alert) => (
              <tr key={alert.name}>
                <th scope="row">{alert.name}</th>
                <td>{alert.pages}</td>
                <td>{elapsed(alert.firstAfterMs)}</td>
                <td>{elapsed(alert.firedMs)}</td>
                <td>{uses[alert.use]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

/** All attempts at the scenario. */
export function Tries({ tries, id }: { tries: Debrief['tries']; id: string }) {
  return (
    <section className="box" aria-label="Attempts">
      <h2>Attempts</h2>
      <ol className="rows">
        {tries.map((attempt) => (
          <li key={attempt.id}>
            <span>
              {new Date(attempt.at).toLocaleString()} · {attempt.trainee}
            </span>
            <span>
              <b>{attempt.score}</b> <span className="quiet">{attempt.assisted ? 'assisted' : 'unassisted'}</span>{' '}
              {attempt.id === id ? 'this one' : <Link to={`/drills/${attempt.id}/debrief`}>debrief</Link>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
