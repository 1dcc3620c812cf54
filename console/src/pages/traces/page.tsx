import { useQuery } from '@tanstack/react-query'
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { isProxy } from '../../../../model/components.ts'
import type { TraceSummary } from '../../../../model/telemetry.ts'
import { api } from '../../lib/api.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { useOpenLink } from '../../lib/open-link.ts'
import { putParams, useParamsOfPage } from '../../lib/params.ts'
import { serviceColour } from '../../lib/service-colour.ts'
import { bounds, clock, useTimeRange } from '../../lib/time.ts'
import { MissingSpans } from '../../parts/missing-spans.tsx'
import { RangePicker } from '../../parts/range-picker.tsx'
import { ServiceSelect } from '../../parts/service-select.tsx'
import { Empty, Loading, Problem } from '../../parts/states.tsx'
import { routesOf, type Route } from './routes.ts'
import { Scatter, type Brush } from './scatter.tsx'

const mostTraces = 300
const shownInList = 100
/** The filters, as in the address. */
const filterNames = ['service', 'operation', 'minDurationMs', 'maxDurationMs', 'errors', 'tag'] as const

/** Finds traces: by kind of request, duration, and tags of their spans. */
export function TracesPage() {
  const [params, setParams] = useParamsOfPage()
  const [range, setRange] = useTimeRange()
  const change = useCallback<Change>((values) => putParams(setParams, values, { replace: true }), [setParams])
  const filters = Object.fromEntries(filterNames.map((name) => [name, params.get(name) ?? '']))
  const narrowed = filterNames.some((name) => filters[name] !== '')
  const { data, error } = useQuery({
    queryKey: ['traces', filters, range],
    refetchInterval: 'last' in range ? 5_000 : false,
    // Hardly any trace of one answer is in the next: a comparison takes time, and finds nothing.
    structuralSharing: false,
    queryFn: async () => {
      const { from, to } = bounds(range)
      const query = new URLSearchParams({ from: String(from), to: String(to), limit: String(mostTraces) })
      for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value)
      return { ...(await api.get('/api/telemetry/traces', { query })), from, to }
    },
  })
  // Rendered with low priority: input comes first.
  const found = useDeferredValue(data)
  return (
    <>
      <div className="heading">
        <h1>Traces</h1>
        <RangePicker />
      </div>
      <Filters filters={filters} onChange={change} />
      <MissingSpans />
      {error ? <Problem error={error} /> : !data ? <Loading what="traces" /> : null}
      {data?.traces.length === 0 && (
        <Empty>
          No trace matches. Widen the time range
          {narrowed && (
            <>
              , or{' '}
              <button className="link" onClick={() => change(Object.fromEntries(filterNames.map((name) => [name, ''])))}>
                clear the filters
              </button>
            </>
          )}
          .
        </Empty>
      )}
      {found && found.traces.length > 0 && data?.traces.length !== 0 && <Found {...found} onRange={setRange} onChange={change} />}
    </>
  )
}

type Change = (values: Partial<Record<(typeof filterNames)[number], string>>) => void

interface FoundProps {
  traces: TraceSummary[]
  /** The requested time range, in milliseconds since the epoch. */
  from: number
  to: number
  onRange: (range: { from: number; to: number }) => void
  onChange: Change
}

/** The results: as a picture, by route, and as a list. */
const Found = memo(function Found({ traces, from, to, onRange, onChange }: FoundProps) {
  const brush = useCallback(
    ({ minDurationMs, maxDurationMs, ...range }: Brush) => {
      onRange(range)
      onChange({ minDurationMs: String(minDurationMs), maxDurationMs: String(maxDurationMs) })
    },
    [onRange, onChange],
  )
  const routes = useMemo(() => routesOf(traces), [traces])
  const all = traces.length >= mostTraces
  return (
    <>
      {/* If the maximum number was found, older ones were left out: the picture begins with the oldest in the list. */}
      <Scatter traces={traces} from={all ? (traces.at(-1)?.startMs ?? from) : from} to={to} onBrush={brush} />
      <p className="quiet">
        {all ? `The newest ${mostTraces} traces` : traces.length === 1 ? '1 trace' : `${traces.length} traces`}; red ones failed somewhere.
        Click a dot to open it, or drag over several to see only those.
      </p>
      <Routes routes={routes} of={traces.length} onChoose={({ service, name }) => onChange({ service, operation: name })} />
      <TraceList traces={traces.slice(0, shownInList)} />
    </>
  )
})

function Filters({ filters, onChange }: { filters: Record<string, string>; onChange: Change }) {
  const { service = '' } = filters
  const services = useQuery({ queryKey: ['services'], queryFn: () => api.get('/api/telemetry/services') })
  const operations = useQuery({
    queryKey: ['operations', service],
    queryFn: () => api.get('/api/telemetry/operations', { query: { service } }),
    enabled: service !== '',
  })
  const names = new Set([
    ...(operations.data?.operations.map(({ name }) => name) ?? []),
    ...(filters['operation'] ? [filters['operation']] : []),
  ])
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()}>
      <ServiceSelect value={service} names={services.data?.services} onChange={(name) => onChange({ service: name, operation: '' })} />
      <label>
        Operation
        <select value={filters['operation']} disabled={service === ''} onChange={(event) => onChange({ operation: event.target.value })}>
          <option value="">{service === '' ? 'choose a service first' : 'any'}</option>
          {[...names].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Duration label="At least (ms)" value={filters['minDurationMs'] ?? ''} onChange={(value) => onChange({ minDurationMs: value })} />
      <Duration label="At most (ms)" value={filters['maxDurationMs'] ?? ''} onChange={(value) => onChange({ maxDurationMs: value })} />
      <TagField value={filters['tag'] ?? ''} onChange={(value) => onChange({ tag: value })} />
      <label className="inline">
        <input
          type="checkbox"
          checked={filters['errors'] === 'true'}
          onChange={(event) => onChange({ errors: event.target.checked ? 'true' : '' })}
        />
        with errors only
      </label>
    </form>
  )
}

const Duration = ({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) => (
  <label>
    {label}
    <input className="short" type="number" min="0" step="any" value={value} onChange={(event) => onChange(event.target.value)} />
  </label>
)

/** An incomplete input is not searched for. */
function TagField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value)
  // oxlint-disable-next-line react/set-state-in-effect -- what is typed follows the address when that changes
  useEffect(() => setText(value), [value])
  const whole = text === '' || /^[^=]+=/.test(text)
  return (
    <label>
      Tag
      <input
        type="search"
        placeholder="http.response.status_code=500"
        value={text}
        aria-invalid={!whole}
        title={whole ? undefined : 'Write a tag as key=value'}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => whole && onChange(text)}
        onKeyDown={(event) => event.key === 'Enter' && whole && onChange(text)}
      />
    </label>
  )
}

function Routes({ routes, of, onChoose }: { routes: Route[]; of: number; onChoose: (route: Route) => void }) {
  return (
    <div className="table box" role="region" aria-label="By route" tabIndex={0}>
      <table className="wide">
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">Traces</th>
            <th scope="col">With errors</th>
            <th scope="col">Median</th>
            <th scope="col">95th percentile</th>
          </tr>
        </thead>
        <tbody>
          {routes.map((route) => (
            <tr key={`${route.service} ${route.name}`}>
              <th scope="row">
                <button className="link" onClick={() => onChoose(route)} title="Show only these">
                  {route.service}: {route.name}
                </button>
              </th>
              <td>
                {route.traces} <span className="quiet">{Math.round((route.traces / of) * 100)} %</span>
              </td>
              <td className={route.errors > 0 ? 'bad-text' : ''}>{route.errors}</td>
              <td>{formatMicroseconds(route.p50 * 1_000)}</td>
              <td>{formatMicroseconds(route.p95 * 1_000)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TraceList({ traces }: { traces: TraceSummary[] }) {
  const open = useOpenLink()
  const longest = Math.max(1, ...traces.map(({ durationMs }) => durationMs))
  return (
    <ul className="trace-list" aria-label="Traces">
      {traces.map((trace) => (
        <li key={trace.traceId} className={trace.errors > 0 ? 'bad' : ''}>
          <a href={`/traces/${trace.traceId}`} onClick={open}>
            <time>{clock(trace.startMs)}</time>
            <span className="trace-name">
              {trace.rootService}: {trace.rootName}
            </span>
            <span className="trace-duration">
              <i style={{ width: `${(trace.durationMs / longest) * 100}%` }} />
              {formatMicroseconds(trace.durationMs * 1_000)}
            </span>
            <span className="quiet">
              {trace.spans} spans{trace.errors > 0 && <b className="bad-text"> · {trace.errors} failed</b>}
            </span>
            <Services names={trace.services} />
          </a>
        </li>
      ))}
    </ul>
  )
}

/** A proxy is shown with its service. */
function Services({ names }: { names: readonly string[] }) {
  const own = names.filter((name) => !isProxy(name))
  return (
    <span className="trace-services" title={own.join(', ')}>
      {own.map((name) => (
        <span key={name}>
          <i className="swatch" style={{ background: serviceColour(name) }} />
          {name}
        </span>
      ))}
    </span>
  )
}
