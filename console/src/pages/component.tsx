import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { isService } from '../../../model/components.ts'
import { formatValue } from '../../../model/value.ts'
import { api } from '../lib/api.ts'
import { componentOf, isFiring, useAlerts, useDashboards, useDrills } from '../lib/data.ts'
import { readEdgeSignals, type EdgeSignals } from '../lib/edges.ts'
import { useLive } from '../lib/live.ts'
import { runbookPath } from '../lib/runbook.ts'
import { serviceColour } from '../lib/service-colour.ts'
import { clock, useTimeRange } from '../lib/time.ts'
import { Chart } from '../parts/chart.tsx'
import { LogLines } from '../parts/log-lines.tsx'
import { useMarkers } from '../parts/markers.ts'
import { RangePicker } from '../parts/range-picker.tsx'
import { useSeen } from '../parts/seen.ts'
import { Empty, Loading, NotYet, Problem } from '../parts/states.tsx'
import { isOfShop, type Part } from './map/part.ts'
import type { ServiceName } from '../../../model/components.ts'

const lookBackMs = 15 * 60_000
const errorsShown = 15
/** OpenTelemetry's number for errors. */
const errorSeverity = '17'

/** Everything about one component; its name links here on every page. */
export function ComponentPage() {
  const { name = '' } = useParams()
  const { data, error } = useQuery({ queryKey: ['range'], queryFn: () => api.get('/api/range') })
  if (error || !data) return <NotYet title={name} what="the component" error={error} />
  const part = data.topology.find((known) => known.name === name)
  return part ? <Component key={name} part={part} all={data.topology} /> : <Empty>There is no component with this name.</Empty>
}

function Component({ part, all }: { part: Part; all: Part[] }) {
  const { name, title } = part
  const { components } = useLive()
  const [range, setRange] = useTimeRange()
  const markers = useMarkers(name)
  const boards = useDashboards().data?.dashboards
  const board = boards?.find(({ id }) => id === name)
  useSeen('dashboard', board?.component ?? null, `everything about ${title}`)
  const state = components.find((component) => component.name === name)
  const canary = components.find(({ canaryOf }) => canaryOf === name)
  return (
    <>
      <div className="heading">
        <h1>
          <i className="swatch" style={{ background: serviceColour(name) }} /> {title}
        </h1>
        <RangePicker />
      </div>
      <p className="component-facts">
        <b className={state?.healthy === false ? 'bad-text' : ''}>
          {state ? (state.healthy ? 'healthy' : `${state.state}, not healthy`) : 'not started'}
        </b>
        {state?.version && <span>release {state.version}</span>}
        {canary && <span>canary {canary.version}</span>}
        <Link to={`/logs?service=${name}`}>Logs</Link>
        <Link to={`/traces?service=${name}`}>Traces</Link>
        {board && <Link to={`/dashboards/${name}`}>Dashboard</Link>}
        {isService(name) && <Link to={`/mesh?service=${name}`}>Mesh</Link>}
      </p>
      <Firing name={name} />
      {board && (
        <section aria-label="Signals" className="panels">
          {board.panels.slice(0, 6).map((panel) => (
            <Chart key={panel.title} panel={panel} range={range} markers={markers} onZoom={setRange} />
          ))}
        </section>
      )}
      <div className="explore-lists">
        <LatestErrors name={name} />
        <div>
          <Neighbours part={part} all={all} />
          {isService(name) && <Deploys service={name} />}
        </div>
      </div>
    </>
  )
}

function Firing({ name }: { name: string }) {
  const firing = (useAlerts().data ?? []).filter((alert) => isFiring(alert) && componentOf(alert) === name)
  return firing.map(({ fingerprint, labels, annotations, startsAt }) => {
    const runbook = runbookPath(annotations['runbook_url'])
    return (
      <p key={fingerprint} className="problem">
        <b>{annotations['summary']}</b> {labels['alertname']}, since {clock(Date.parse(startsAt))}{' '}
        {runbook && <Link to={runbook}>Runbook</Link>}
      </p>
    )
  })
}

function LatestErrors({ name }: { name: string }) {
  const { data, error } = useQuery({
    queryKey: ['component-errors', name],
    refetchInterval: 5_000,
    queryFn: () => {
      const now = Date.now()
      const query = new URLSearchParams({
        service: name,
        minSeverity: errorSeverity,
        from: String(now - lookBackMs),
        to: String(now),
        limit: String(errorsShown),
      })
      return api.get('/api/telemetry/logs', { query })
    },
  })
  return (
    <section aria-label="Latest errors" className="box">
      <h2>Latest errors</h2>
      {error ? (
        <Problem error={error} />
      ) : !data ? (
        <Loading what="its errors" />
      ) : data.logs.length === 0 ? (
        <Empty>It has logged no errors in the last 15 minutes.</Empty>
      ) : (
        <LogLines lines={data.logs} />
      )}
    </section>
  )
}

/** Its callers and callees, from the caller's side. */
function Neighbours({ part, all }: { part: Part; all: Part[] }) {
  const shop = all.filter(isOfShop)
  const { data } = useQuery({ queryKey: ['edges'], queryFn: () => readEdgeSignals(), refetchInterval: 5_000 })
  const row = (from: string, to: string, other: Part) => {
    const edge: EdgeSignals = data?.get(`${from} ${to}`) ?? {}
    return (
      <tr key={`${from} ${to}`}>
        <th scope="row">
          {other.name === from ? '← ' : '→ '}
          <Link to={`/components/${other.name}`}>{other.title}</Link>
        </th>
        <td>{formatValue(edge.rps, 'rps')}</td>
        <td className={(edge.failed ?? 0) > 0.01 ? 'bad-text' : ''}>{formatValue(edge.failed, 'ratio')}</td>
        <td>{formatValue(edge.p95, 'seconds')}</td>
      </tr>
    )
  }
  return (
    <section aria-label="Neighbours" className="box">
      <h2>Callers and dependencies</h2>
      <table className="wide">
        <thead>
          <tr>
            <th scope="col">Component</th>
            <th scope="col">Calls</th>
            <th scope="col">Failed</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {shop.filter(({ calls }) => calls.includes(part.name)).map((caller) => row(caller.name, part.name, caller))}
          {shop.filter(({ name }) => part.calls.includes(name)).map((callee) => row(part.name, callee.name, callee))}
        </tbody>
      </table>
    </section>
  )
}

function Deploys({ service }: { service: ServiceName }) {
  const { data } = useQuery({
    queryKey: ['changes', service],
    queryFn: () => api.get('/api/changes', { query: { service } }),
    refetchInterval: 5_000,
  })
  const running = useDrills().data?.running
  useSeen('deploys', service, `the deploys of ${service}`)
  return (
    <section aria-label="Deploys" className="box">
      <h2>Deploys</h2>
      <ul className="plain">
        {(data?.deployments ?? [])
          .toReversed()
          .slice(0, 8)
          .map(({ version, previous, at, by, canary }) => (
            <li key={`${at} ${version}`}>
              <time className="quiet">{clock(Date.parse(at))}</time> <b>{version}</b>
              {canary ? ` canary ${canary}` : previous ? ` in place of ${previous}` : ''} <span className="quiet">by {by}</span>
            </li>
          ))}
      </ul>
      {data?.deployments.length === 0 && <Empty>None since {running ? 'the drill began' : 'the range was started'}.</Empty>}
      {data && data.flags.length > 0 && (
        <>
          <h3>Feature flags</h3>
          <ul className="plain">
            {data.flags
              .toReversed()
              .slice(0, 8)
              .map(({ flag, from, to, at, by }) => (
                <li key={`${at} ${flag}`}>
                  <time className="quiet">{clock(Date.parse(at))}</time> <b>{flag}</b> {from} → {to} <span className="quiet">by {by}</span>
                </li>
              ))}
          </ul>
        </>
      )}
    </section>
  )
}
