import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { api } from '../lib/api.ts'
import { useAlerts, type Alert } from '../lib/data.ts'
import { formatMatchers, type Matcher } from '../lib/matchers.ts'
import { changeParams } from '../lib/params.ts'
import { runbookPath } from '../lib/runbook.ts'
import { elapsed } from '../../../model/duration.ts'
import { clock, useNow } from '../lib/time.ts'
import { AlertRules } from '../parts/alert-rules.tsx'
import { useSeen } from '../parts/seen.ts'
import { SilenceForm } from '../parts/silence-form.tsx'
import { Empty, NotYet } from '../parts/states.tsx'

interface Silence {
  id: string
  status: { state: string }
  comment: string
  endsAt: string
  matchers: Matcher[]
}

interface AlertGroup {
  labels: Record<string, string>
  receiver: { name: string }
  alerts: Alert[]
}

const expiringMs = 5 * 60_000

export function AlertsPage() {
  useSeen('alerts', null, 'the alerts')
  const { data, error } = useAlerts()
  const [params, setParams] = useSearchParams()
  const queries = useQueryClient()
  const groups = useQuery({ queryKey: ['alerts', 'groups'], queryFn: () => api.get('/api/alert-groups'), refetchInterval: 2_000 })
  const silences = useQuery({ queryKey: ['silences'], queryFn: () => api.get('/api/silences'), refetchInterval: 5_000 })
  const expire = useMutation({
    mutationFn: (id: string) => api.delete('/api/silences/:id', { id }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['silences'] }),
  })
  const failure = error ?? groups.error
  if (failure || !data || !groups.data) return <NotYet title="Alerts" what="alerts" error={failure} />
  const shown = data.filter(({ labels }) => labels['severity'] !== 'none')
  const active = silences.data?.filter((silence) => silence.status.state === 'active') ?? []
  const draft = params.get('silence')
  const drafting = (text: string | null) =>
    changeParams(setParams, (params) => {
      if (text === null) params.delete('silence')
      else params.set('silence', text)
    })
  const groupsFor = (receiver: string) => groups.data.filter((group) => group.receiver.name === receiver && group.alerts.length > 0)
  const muted = (alert: Alert) => whyMuted(alert, data, active)
  return (
    <>
      <div className="heading">
        <h1>Alerts</h1>
        <span className="buttons">
          <span className="quiet">
            {shown.length} fire, {shown.filter((alert) => muted(alert) !== null).length} of them muted
          </span>
          <button onClick={() => drafting('alertname=""')}>New silence</button>
        </span>
      </div>
      {draft !== null && <SilenceForm key={draft} alerts={shown} initial={draft} onDone={() => drafting(null)} />}
      <Receiver title="Pages" groups={groupsFor('pager')} muted={muted} onSilence={drafting} />
      <Receiver title="Tickets" groups={groupsFor('ticket')} muted={muted} onSilence={drafting} />
      <Silences active={active} onExpire={(id) => expire.mutate(id)} />
      <AlertRules />
    </>
  )
}

/** Why nobody is notified of an alert: the alert that inhibits it, or who silenced it. */
function whyMuted({ status }: Alert, alerts: readonly Alert[], silences: readonly Silence[]): string | null {
  const source = alerts.find(({ fingerprint }) => status.inhibitedBy.includes(fingerprint))
  const silence = silences.find(({ id }) => status.silencedBy.includes(id))
  if (silence) return `Silenced until ${clock(Date.parse(silence.endsAt))}: ${silence.comment}`
  if (source) return `Muted: ${source.labels['alertname']} (${source.annotations['summary'] ?? ''}) explains it.`
  return status.inhibitedBy.length > 0 ? 'Muted: another alert explains it.' : null
}

interface ReceiverProps {
  title: string
  groups: AlertGroup[]
  muted(alert: Alert): string | null
  onSilence(text: string): void
}

/** Firing alerts for one receiver. */
const Receiver = ({ title, groups, muted, onSilence }: ReceiverProps) => (
  <section aria-label={title}>
    <h2>{title}</h2>
    {groups.length === 0 ? (
      <Empty>None are firing.</Empty>
    ) : (
      <ul className="rows">
        {groups.map((group) => (
          <AlertGroupRow key={JSON.stringify(group.labels)} group={group} muted={muted} onSilence={onSilence} />
        ))}
      </ul>
    )}
  </section>
)

function Silences({ active, onExpire }: { active: readonly Silence[]; onExpire: (id: string) => void }) {
  const now = useNow()
  return (
    <section aria-label="Silences">
      <h2>Silences</h2>
      {active.length === 0 ? (
        <Empty>Nothing is silenced.</Empty>
      ) : (
        <ul className="rows">
          {active.map((silence) => (
            <li key={silence.id}>
              <span>
                <code>{formatMatchers(silence.matchers)}</code>
                <span className="quiet">
                  {' '}
                  until {clock(Date.parse(silence.endsAt))} · {silence.comment}
                </span>
                {Date.parse(silence.endsAt) - now < expiringMs && (
                  <b className="bad-text"> ends in {elapsed(Math.max(0, Date.parse(silence.endsAt) - now))}</b>
                )}
              </span>
              <button onClick={() => onExpire(silence.id)}>Expire</button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

interface RowProps extends Pick<ReceiverProps, 'muted' | 'onSilence'> {
  group: AlertGroup
}

/** Alerts in one notification. */
function AlertGroupRow({ group, muted, onSilence }: RowProps) {
  const { alerts } = group
  const first = alerts[0]
  if (!first) return null
  const name = first.labels['alertname'] ?? ''
  const runbook = runbookPath(first.annotations['runbook_url'])
  const told = alerts.some((alert) => muted(alert) === null)
  const conditions = ['alertname', 'service', 'component'].flatMap((label) =>
    group.labels[label] || (alerts.length === 1 && first.labels[label]) ? [`${label}="${first.labels[label]}"`] : [],
  )
  return (
    <li className={told ? 'bad' : ''}>
      <div>
        <b>{name}</b> {alerts.length === 1 ? first.annotations['summary'] : `${alerts.length} alerts`}
        {alerts.slice(0, 8).map((alert) => (
          <p key={alert.fingerprint} className="quiet">
            {alerts.length > 1 && <b>{alert.annotations['summary']} </b>}
            {alert.annotations['description']} Since {clock(Date.parse(alert.startsAt))}. {muted(alert)}
          </p>
        ))}
        {alerts.length > 8 && <p className="quiet">and {alerts.length - 8} more</p>}
      </div>
      <span className="buttons">
        {runbook && <Link to={runbook}>Runbook</Link>}
        <button onClick={() => onSilence(conditions.join(', '))} aria-label={`Silence ${name}`}>
          Silence…
        </button>
      </span>
    </li>
  )
}
