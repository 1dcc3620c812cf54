import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { get } from '../lib/api.ts'
import { clock, ranges, useTimeRange } from '../lib/time.ts'
import { RangePicker } from '../parts/range-picker.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'

interface TraceSummary {
  traceId: string
  startMs: number
  durationMs: number
  spans: number
  errors: number
  rootService: string
  rootName: string
  services: string[]
}

export function TracesPage() {
  const [params, setParams] = useSearchParams()
  const [range] = useTimeRange()
  const set = (name: string, value: string) =>
    setParams(
      (before) => {
        if (value) before.set(name, value)
        else before.delete(name)
        return before
      },
      { replace: true },
    )
  const service = params.get('service') ?? ''
  const minDurationMs = params.get('minDurationMs') ?? ''
  const errors = params.get('errors') === 'true'
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ services: string[] }>('/api/telemetry/services') })
  const found = useQuery({
    queryKey: ['traces', service, minDurationMs, errors, range],
    refetchInterval: 5_000,
    queryFn: () => {
      const query = new URLSearchParams({ from: String(Date.now() - ranges[range] * 1_000), limit: '60' })
      if (service) query.set('service', service)
      if (minDurationMs) query.set('minDurationMs', minDurationMs)
      if (errors) query.set('errors', 'true')
      return get<{ traces: TraceSummary[] }>(`/api/telemetry/traces?${query}`)
    },
  })
  const longest = Math.max(1, ...(found.data?.traces.map((trace) => trace.durationMs) ?? []))
  return (
    <>
      <div className="heading">
        <h1>Traces</h1>
        <RangePicker />
      </div>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Service
          <select value={service} onChange={(event) => set('service', event.target.value)}>
            <option value="">any</option>
            {services.data?.services.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          At least (ms)
          <input type="number" min="0" step="50" value={minDurationMs} onChange={(event) => set('minDurationMs', event.target.value)} />
        </label>
        <label className="inline">
          <input type="checkbox" checked={errors} onChange={(event) => set('errors', event.target.checked ? 'true' : '')} />
          with errors only
        </label>
      </form>
      {found.error ? <Problem error={found.error} /> : !found.data ? <Loading what="traces" /> : null}
      {found.data?.traces.length === 0 && <Empty>No trace fits. Widen the range, or ask for less.</Empty>}
      <ul className="rows traces">
        {found.data?.traces.map((trace) => (
          <li key={trace.traceId} className={trace.errors > 0 ? 'bad' : ''}>
            <Link to={`/traces/${trace.traceId}`}>
              {trace.rootService}: {trace.rootName}
            </Link>
            <span className="bar" style={{ width: `${(trace.durationMs / longest) * 100}%` }} />
            <span className="quiet">
              {clock(trace.startMs)} · {trace.durationMs.toFixed(0)} ms · {trace.spans} spans
              {trace.errors > 0 ? ` · ${trace.errors} with errors` : ''} · {trace.services.join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
