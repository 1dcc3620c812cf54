import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { elapsed } from '../../../model/duration.ts'
import type { AccessPolicy, Autoscaler, ClusterEvent, ClusterService, DisruptionBudget, PodStatus, Rollout } from '../../../model/range.ts'
import { api } from '../lib/api.ts'
import { putParams } from '../lib/params.ts'
import { clock } from '../lib/time.ts'
import { Empty, NotYet } from '../parts/states.tsx'

interface Cluster {
  pods: PodStatus[]
  services: ClusterService[]
  rollouts: Rollout[]
  autoscalers: Autoscaler[]
  networkPolicies: AccessPolicy[]
  budgets: DisruptionBudget[]
  events: ClusterEvent[]
}

/** The state of the shop in its cluster: pods, rollouts, autoscalers, Services, policies, budgets and events, each with the equivalent command. */
export function ClusterPage() {
  const { data, error } = useQuery({ queryKey: ['cluster'], queryFn: () => api.get('/api/cluster'), refetchInterval: 3_000 })
  if (error || !data) return <NotYet title="Cluster" what="the cluster" error={error} />
  return (
    <>
      <h1>Cluster</h1>
      <p className="quiet">
        What Kubernetes knows about the shop. Under each heading is the command that shows the same in a terminal. To change something, use
        the actions in the incident room.
      </p>
      {kinds.map(({ rows, ...kind }) => (
        <Listing key={kind.title} {...kind} rows={rows(data)} />
      ))}
      <Events of={data.events} />
    </>
  )
}

interface Kind extends Pick<ListingProps, 'title' | 'command' | 'columns'> {
  rows(cluster: Cluster): ListingProps['rows']
}

const kinds: Kind[] = [
  {
    title: 'Pods',
    command: 'kubectl -n shop get pods',
    columns: ['pod', 'phase', 'ready', 'restarts', 'what is wrong', 'age'],
    rows: ({ pods }) =>
      pods.map(({ name, phase, ready, restarts, reason, ageSeconds }) => ({
        key: name,
        bad: reason !== '' || notAll(ready),
        cells: [name, phase, ready, String(restarts), reason, elapsed(ageSeconds * 1_000)],
      })),
  },
  {
    title: 'Rollouts',
    command: 'kubectl -n shop get deployments,statefulsets',
    columns: ['workload', 'kind', 'wanted', 'up to date', 'ready', 'what is wrong'],
    rows: ({ rollouts }) =>
      rollouts.map(({ name, kind, wanted, updated, ready, problem }) => ({
        key: name,
        bad: problem !== '' || ready < wanted || updated < wanted,
        cells: [name, kind, String(wanted), String(updated), String(ready), problem],
      })),
  },
  {
    title: 'Autoscalers',
    command: 'kubectl -n shop get horizontalpodautoscalers',
    columns: ['autoscaler', 'at least', 'at most', 'has', 'wants', 'what is wrong'],
    rows: ({ autoscalers }) =>
      autoscalers.map(({ name, min, max, current, desired, problem }) => ({
        key: name,
        bad: problem !== '',
        cells: [name, String(min), String(max), String(current), String(desired), problem],
      })),
  },
  {
    title: 'Services',
    command: 'kubectl -n shop get services -o wide',
    columns: ['Service', 'selects', 'ports', 'ready pods behind it'],
    rows: ({ services }) =>
      services.map(({ name, selector, ports, endpoints }) => ({
        key: name,
        bad: endpoints === 0,
        cells: [name, selector, ports, String(endpoints)],
      })),
  },
  {
    title: 'Disruption budgets',
    command: 'kubectl -n shop get poddisruptionbudgets',
    columns: ['budget', 'pods', 'rule', 'healthy', 'evictions allowed now'],
    rows: ({ budgets }) =>
      budgets.map(({ name, pods, rule, healthy, allowed }) => ({
        key: name,
        bad: allowed === 0,
        cells: [name, pods, rule, String(healthy), String(allowed)],
      })),
  },
  {
    title: 'Network policies',
    command: 'kubectl -n shop describe networkpolicies',
    columns: ['policy', 'pods', 'allows traffic from'],
    rows: ({ networkPolicies }) =>
      networkPolicies.map(({ name, pods, from }) => ({
        key: name,
        bad: false,
        cells: [name, pods || 'all', from === null ? 'everybody' : from.join(', ') || 'nobody'],
      })),
  },
]

/** The warnings, or all events if the address says so. */
function Events({ of }: { of: ClusterEvent[] }) {
  const [params, setParams] = useSearchParams()
  const all = params.get('events') === 'all'
  const events = of.filter(({ type }) => all || type === 'Warning')
  return (
    <Listing
      title="Events"
      command="kubectl -n shop get events --sort-by=.lastTimestamp"
      columns={['at', 'object', 'reason', 'message']}
      rows={events.map(({ at, object, reason, message, type }, index) => ({
        key: `${at} ${object} ${index}`,
        bad: type === 'Warning',
        cells: [clock(Date.parse(at)), object, reason, message],
      }))}
      empty={all ? 'Nothing has happened lately.' : 'No warnings lately.'}
    >
      <label className="check">
        <input type="checkbox" checked={all} onChange={(event) => putParams(setParams, { events: event.target.checked ? 'all' : null })} />
        show events that are not warnings, too
      </label>
    </Listing>
  )
}

/** `1/2` */
const notAll = (ready: string): boolean => {
  const [some, all] = ready.split('/')
  return some !== all
}

interface ListingProps {
  title: string
  command: string
  columns: string[]
  rows: { key: string; bad: boolean; cells: string[] }[]
  empty?: string
  children?: ReactNode
}

function Listing({ title, command, columns, rows, empty = 'There are none.', children }: ListingProps) {
  return (
    <section aria-label={title} className="table" tabIndex={0}>
      <h2>{title}</h2>
      <p className="quiet">
        <code>{command}</code>
      </p>
      {children}
      {rows.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, bad, cells: [head, ...cells] }) => (
              <tr key={key} className={bad ? 'bad-text' : ''}>
                <th scope="row">{head}</th>
                {cells.map((cell, index) => (
                  <td key={columns[index + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
