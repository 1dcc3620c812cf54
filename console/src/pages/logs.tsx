import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { get } from '../lib/api.ts'
import { ranges, useTimeRange } from '../lib/time.ts'
import { LogLines, type LogLine } from '../parts/log-lines.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { useSeen } from '../parts/seen.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'

const severities = [
  ['', 'any'],
  ['13', 'warnings and errors'],
  ['17', 'errors'],
] as const

export function LogsPage() {
  const [params, setParams] = useSearchParams()
  const [range] = useTimeRange()
  const value = (name: string) => params.get(name) ?? ''
  const set = (name: string, next: string) =>
    setParams(
      (before) => {
        if (next) before.set(name, next)
        else before.delete(name)
        return before
      },
      { replace: true },
    )
  const [text, service, severity] = [value('text'), value('service'), value('severity')]
  useSeen('logs', service || null, service ? `the logs of ${service}` : 'the logs')
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ logServices: string[] }>('/api/telemetry/services') })
  const found = useQuery({
    queryKey: ['logs', text, service, severity, range],
    refetchInterval: 3_000,
    queryFn: () => {
      const query = new URLSearchParams({ from: String(Date.now() - ranges[range] * 1_000), limit: '200' })
      if (text) query.set('text', text)
      if (service) query.set('service', service)
      if (severity) query.set('minSeverity', severity)
      return get<{ logs: LogLine[] }>(`/api/telemetry/logs?${query}`)
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
        <label>
          Service
          <select value={service} onChange={(event) => set('service', event.target.value)}>
            <option value="">any</option>
            {services.data?.logServices.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
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
      </form>
      {found.error ? <Problem error={found.error} /> : !found.data ? <Loading what="logs" /> : null}
      {found.data && (found.data.logs.length === 0 ? <Empty>No line fits.</Empty> : <LogLines lines={found.data.logs} />)}
    </>
  )
}
