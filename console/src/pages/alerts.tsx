import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { get, post, remove } from '../lib/api.ts'
import { useAlerts, type Alert } from '../lib/data.ts'
import { clock } from '../lib/time.ts'
import { useSeen } from '../parts/seen.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'

interface Silence {
  id: string
  status: { state: string }
  comment: string
  endsAt: string
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[]
}

export const runbookPath = (url: string | undefined): string | null => /\/runbooks\/[\w-]+$/.exec(url ?? '')?.[0] ?? null

export function AlertsPage() {
  useSeen('alerts', null, 'the alerts')
  const { data, error } = useAlerts()
  const queries = useQueryClient()
  const silences = useQuery({ queryKey: ['silences'], queryFn: () => get<Silence[]>('/api/silences'), refetchInterval: 5_000 })
  const refresh = () => queries.invalidateQueries({ queryKey: ['silences'] })
  const add = useMutation({
    mutationFn: (alert: Alert) =>
      post('/api/silences', {
        matchers: ['alertname', 'service'].flatMap((name) => (alert.labels[name] ? [{ name, value: alert.labels[name] }] : [])),
        durationMs: 30 * 60_000,
        comment: 'From the console, for half an hour',
      }),
    onSuccess: refresh,
  })
  const expire = useMutation({ mutationFn: (id: string) => remove(`/api/silences/${id}`), onSuccess: refresh })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="alerts" />
  const groups = [
    ['Pages', data.filter((alert) => alert.labels['severity'] === 'page')],
    ['Tickets', data.filter((alert) => alert.labels['severity'] === 'ticket')],
  ] as const
  const active = silences.data?.filter((silence) => silence.status.state === 'active') ?? []
  return (
    <>
      <h1>Alerts</h1>
      {add.error && <Problem error={add.error} />}
      {groups.map(([title, alerts]) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {alerts.length === 0 ? (
            <Empty>None fires.</Empty>
          ) : (
            <ul className="rows">
              {alerts.map((alert) => (
                <li key={alert.fingerprint} className={alert.status.state === 'active' ? 'bad' : ''}>
                  <div>
                    <b>{alert.labels['alertname']}</b> {alert.annotations['summary']}
                    <p className="quiet">
                      {alert.annotations['description']} Since {clock(Date.parse(alert.startsAt))}.{' '}
                      {alert.status.silencedBy.length > 0
                        ? 'Silenced.'
                        : alert.status.inhibitedBy.length > 0
                          ? 'Muted: another alert explains it.'
                          : ''}
                    </p>
                  </div>
                  <span className="buttons">
                    {runbookPath(alert.annotations['runbook_url']) && (
                      <Link to={runbookPath(alert.annotations['runbook_url']) ?? ''}>Runbook</Link>
                    )}
                    {alert.status.silencedBy.length === 0 && (
                      <button onClick={() => add.mutate(alert)} aria-label={`Silence ${alert.labels['alertname']} for 30 minutes`}>
                        Silence 30 min
                      </button>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
      <section aria-label="Silences">
        <h2>Silences</h2>
        {active.length === 0 ? (
          <Empty>Nothing is silenced.</Empty>
        ) : (
          <ul className="rows">
            {active.map((silence) => (
              <li key={silence.id}>
                <span>
                  {silence.matchers
                    .map((matcher) => `${matcher.name}${matcher.isEqual ? '=' : '!='}${matcher.isRegex ? '~' : ''}${matcher.value}`)
                    .join(', ')}
                  <span className="quiet">
                    {' '}
                    until {clock(Date.parse(silence.endsAt))} · {silence.comment}
                  </span>
                </span>
                <button onClick={() => expire.mutate(silence.id)}>Expire</button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}
