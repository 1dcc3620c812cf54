import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import type { LogOverview } from '../../../model/telemetry.ts'
import { get } from '../lib/api.ts'
import { putParams } from '../lib/params.ts'
import { bounds, useTimeRange } from '../lib/time.ts'
import { LogOverviewPanel } from '../parts/log-overview.tsx'
import type { LogLine } from '../../../model/telemetry.ts'
import { LogLines } from '../parts/log-lines.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { useSeen } from '../parts/seen.ts'
import { ServiceSelect } from '../parts/service-select.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'

const severities = [
  ['', 'any'],
  ['13', 'warnings and errors'],
  ['17', 'errors'],
] as const

export function LogsPage() {
  const [params, setParams] = useSearchParams()
  const [range, setRange] = useTimeRange()
  const value = (name: string) => params.get(name) ?? ''
  const set = (name: string, next: string) => putParams(setParams, { [name]: next }, { replace: true })
  const [text, service, severity] = [value('text'), value('service'), value('severity')]
  useSeen('logs', service || null, service ? `the logs of ${service}` : 'the logs')
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ logServices: string[] }>('/api/telemetry/services') })
  const tail = value('tail') !== 'off' && 'last' in range
  const query = (limit: number, { from, to }: { from: number; to: number }) => {
    const asked = new URLSearchParams({ from: String(from), to: String(to), limit: String(limit) })
    if (text) asked.set('text', text)
    if (service) asked.set('service', service)
    if (severity) asked.set('minSeverity', severity)
    return asked
  }
  const found = useQuery({
    queryKey: ['logs', text, service, severity, range],
    refetchInterval: tail ? 2_000 : false,
    placeholderData: (before) => before,
    queryFn: () => get<{ logs: LogLine[] }>(`/api/telemetry/logs?${query(200, bounds(range))}`),
  })
  const overview = useQuery({
    queryKey: ['log-overview', text, service, severity, range],
    refetchInterval: tail ? 5_000 : false,
    placeholderData: (before) => before,
    queryFn: async () => {
      const asked = bounds(range)
      return { ...(await get<LogOverview>(`/api/telemetry/logs/overview?${query(1, asked)}`)), ...asked }
    },
  })
  return (
    <>
      <div className="heading">
        <h1>Logs</h1>
        <RangePicker />
      </div>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          Words
          <input type="search" value={text} onChange={(event) => set('text', event.target.value)} />
        </label>
        <ServiceSelect value={service} names={services.data?.logServices} onChange={(name) => set('service', name)} />
        <label>
          Severity
          <select value={severity} onChange={(event) => set('severity', event.target.value)}>
            {severities.map(([least, title]) => (
              <option key={least} value={least}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {'last' in range && (
          <label className="inline">
            <input type="checkbox" checked={tail} onChange={(event) => set('tail', event.target.checked ? '' : 'off')} />
            live
          </label>
        )}
      </form>
      {overview.data && (
        <LogOverviewPanel
          overview={overview.data}
          from={overview.data.from}
          to={overview.data.to}
          service={service}
          onService={(name) => set('service', name)}
          onWords={(words) => set('text', words)}
          onZoom={setRange}
        />
      )}
      {found.error ? <Problem error={found.error} /> : !found.data ? <Loading what="logs" /> : null}
      {found.data && (found.data.logs.length === 0 ? <Empty>No line fits.</Empty> : <LogLines lines={found.data.logs} />)}
    </>
  )
}
