import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import type { TraceSummary } from '../../../model/telemetry.ts'
import { get } from '../lib/api.ts'
import { changeParams } from '../lib/params.ts'
import { bounds, clock, useTimeRange } from '../lib/time.ts'
import { MissingSpans } from '../parts/missing-spans.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { ServiceSelect } from '../parts/service-select.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'

export function TracesPage() {
  const [params, setParams] = useSearchParams()
  const [range] = useTimeRange()
  const set = (name: string, value: string) =>
    changeParams(
      setParams,
      (params) => {
        if (value) params.set(name, value)
        else params.delete(name)
      },
      { replace: true },
    )
  const service = params.get('service') ?? ''
  const minDurationMs = params.get('minDurationMs') ?? ''
  const errors = params.get('errors') === 'true'
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ services: string[] }>('/api/telemetry/services') })
  const found = useQuery({
    queryKey: ['traces', service, minDurationMs, errors, range],
    refetchInterval: 'last' in range ? 5_000 : false,
    queryFn: () => {
      const { from, to } = bounds(range)
      const query = new URLSearchParams({ from: String(from), to: String(to), limit: '60' })
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
        <ServiceSelect value={service} names={services.data?.services} onChange={(name) => set('service', name)} />
        <label>
          At least (ms)
          <input type="number" min="0" step="50" value={minDurationMs} onChange={(event) => set('minDurationMs', event.target.value)} />
        </label>
        <label className="inline">
          <input type="checkbox" checked={errors} onChange={(event) => set('errors', event.target.checked ? 'true' : '')} />
          with errors only
        </label>
      </form>
      <MissingSpans />
      {found.error ? <Problem error={found.error} /> : !found.data ? <Loading what="traces" /> : null}
      {found.data?.traces.length === 0 && <Empty>No trace fits. Widen the range, or ask for less.</Empty>}
      <ul className="rows traces">
        {found.data?.traces.map((trace) => (
          <li key={trace.traceId} className={trace.errors > 0 ? 'bad' : ''}>
            <Link to={`/traces/${trace.traceId}`}>
              {trace.rootService}: {trace.rootName}
            </Link>
            <span className="bar">
              <span style={{ width: `${(trace.durationMs / longest) * 100}%` }} />
            </span>
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
