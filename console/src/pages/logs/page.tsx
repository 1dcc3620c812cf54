import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Pause, Play, X } from 'lucide-react'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { LogOverview } from '../../../model/telemetry.ts'
import { get } from '../lib/api.ts'
import { changeParams, putParams } from '../lib/params.ts'
import { bounds, useTimeRange } from '../lib/time.ts'
import { LogOverviewPanel } from '../parts/log-overview.tsx'
import type { LogLine } from '../../../model/telemetry.ts'
import { LogTable } from '../parts/log-table.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { joined } from '../parts/log-pages.ts'
import { useSeen } from '../parts/seen.ts'
import { ServiceSelect } from '../parts/service-select.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'

const severities = [
  ['', 'any'],
  ['13', 'warnings and errors'],
  ['17', 'errors'],
] as const

/** So many lines are asked for at a time. */
const pageOf = 2_000

export function LogsPage() {
  const [params, setParams] = useSearchParams()
  const [range, setRange] = useTimeRange()
  const value = (name: string) => params.get(name) ?? ''
  const set = (name: string, next: string) => putParams(setParams, { [name]: next }, { replace: true })
  const [text, service, severity] = [value('text'), value('service'), value('severity')]
  useSeen('logs', service || null, service ? `the logs of ${service}` : 'the logs')
  const services = useQuery({ queryKey: ['services'], queryFn: () => get<{ logServices: string[] }>('/api/telemetry/services') })
  const trace = /^[0-9a-f]{32}$/.test(value('trace')) ? value('trace') : ''
  const tags = params.getAll('tag').filter((tag) => /^[^=]+=/.test(tag))
  const setTags = (next: string[]) =>
    changeParams(setParams, (now) => {
      now.delete('tag')
      for (const tag of next) now.append('tag', tag)
    })
  const columns = value('columns')
    .split(',')
    .filter((name) => name !== '')
  const tail = value('tail') !== 'off' && 'last' in range
  const query = (limit: number, { from, to }: { from: number; to: number }) => {
    const asked = new URLSearchParams({ from: String(from), to: String(to), limit: String(limit) })
    if (text) asked.set('text', text)
    if (service) asked.set('service', service)
    if (severity) asked.set('minSeverity', severity)
    if (trace) asked.set('traceId', trace)
    for (const tag of tags) asked.append('tag', tag)
    return asked
  }
  const found = useInfiniteQuery({
    queryKey: ['logs', text, service, severity, trace, tags, range],
    // Who reads what is older does not want it to move.
    refetchInterval: ({ state }) => (tail && (state.data?.pages.length ?? 1) === 1 ? 2_000 : false),
    placeholderData: (before) => before,
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }: { pageParam: number | null }): Promise<{ logs: LogLine[] }> => {
      const { from, to } = bounds(range)
      return get(`/api/telemetry/logs?${query(pageOf, { from, to: pageParam ?? to })}`)
    },
    getNextPageParam: ({ logs }: { logs: LogLine[] }): number | null => (logs.length < pageOf ? null : (logs.at(-1)?.timeMs ?? null)),
  })
  const overview = useQuery({
    queryKey: ['log-overview', text, service, severity, trace, tags, range],
    refetchInterval: tail ? 5_000 : false,
    placeholderData: (before) => before,
    queryFn: async () => {
      const asked = bounds(range)
      return { ...(await get<LogOverview>(`/api/telemetry/logs/overview?${query(1, asked)}`)), ...asked }
    },
  })
  const lines = useMemo(() => joined(found.data?.pages.map(({ logs }) => logs) ?? []), [found.data])
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
          <button type="button" aria-pressed={tail} onClick={() => set('tail', tail ? 'off' : '')}>
            {tail ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />} {tail ? 'Pause' : 'Live'}
          </button>
        )}
      </form>
      {(tags.length > 0 || trace !== '') && (
        <ul className="tags log-tags" aria-label="Fields">
          {trace !== '' && (
            <li>
              trace={trace.slice(0, 8)}…{' '}
              <button className="icon" aria-label="Remove the trace" onClick={() => set('trace', '')}>
                <X size={12} />
              </button>
            </li>
          )}
          {tags.map((tag) => (
            <li key={tag}>
              {tag}{' '}
              <button className="icon" aria-label={`Remove ${tag}`} onClick={() => setTags(tags.filter((other) => other !== tag))}>
                <X size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
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
      {found.data &&
        (lines.length === 0 ? (
          <Empty>No line matches. Widen the time range, or remove a filter.</Empty>
        ) : (
          <>
            <LogTable
              lines={lines}
              columns={columns}
              onColumns={(next) => set('columns', next.join(','))}
              onField={(key, value) => setTags([...new Set([...tags, `${key}=${value}`])])}
            />
            {found.hasNextPage && (
              <p className="buttons">
                <button disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                  {found.isFetchingNextPage ? 'Loading older lines…' : `Load ${pageOf.toLocaleString()} older lines`}
                </button>
                <span className="quiet">{lines.length.toLocaleString()} lines are shown.</span>
              </p>
            )}
          </>
        ))}
    </>
  )
}
