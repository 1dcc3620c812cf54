import { useQuery } from '@tanstack/react-query'
import type { JourneyState } from '../../../model/public-status.ts'
import { api } from '../lib/api.ts'
import { clock } from '../lib/time.ts'
import { Empty, NotYet } from '../parts/states.tsx'

const words: Record<JourneyState, string> = {
  operational: 'operational',
  degraded: 'degraded',
  outage: 'outage',
  unknown: 'not known',
}

/** The public status page for users of the shop: no login, and nothing about causes. */
export function StatusPage() {
  const { data, error } = useQuery({ queryKey: ['status'], queryFn: () => api.get('/api/status'), refetchInterval: 5_000 })
  if (error || !data) return <NotYet title="Status" what="the status" error={error} />
  const states = data.journeys.map(({ state }) => state)
  const headline = states.includes('outage')
    ? 'Parts of the shop do not work'
    : states.includes('degraded')
      ? 'Parts of the shop do not work well'
      : states.every((state) => state === 'unknown')
        ? 'The state of the shop is unknown right now'
        : 'The shop works'
  return (
    <section className="status-page">
      <h1>{headline}</h1>
      <ul className="rows">
        {data.journeys.map(({ journey, title, state, history }) => (
          <li key={journey} className="journey">
            <span>
              <b>{title}</b>
            </span>
            <span className={`state-${state}`}>{words[state]}</span>
            <span className="minutes" role="img" aria-label={told(history)}>
              {history.map((minute) => (
                <i key={minute.at} className={`is-${minute.state}`} title={`${clock(minute.at)}: ${words[minute.state]}`} />
              ))}
            </span>
          </li>
        ))}
      </ul>
      <p className="quiet">Each bar is a minute of the last hour. As of {clock(data.at)}.</p>
      <h2>What we told you</h2>
      {data.updates.length === 0 ? (
        <Empty>No incident was reported in the last day.</Empty>
      ) : (
        <ol className="timeline">
          {data.updates.map(({ at, status, text }) => (
            <li key={`${at} ${text}`}>
              <time>{clock(at)}</time> <b>{status}</b>: {text}
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

function told(history: { state: JourneyState }[]): string {
  const count = (state: JourneyState) => history.filter((minute) => minute.state === state).length
  return `In the last hour: ${count('outage')} minutes of outage, ${count('degraded')} minutes degraded`
}
