import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { get } from '../lib/api.ts'
import { changeParams } from '../lib/params.ts'
import type { LogLine, Span } from '../../../model/telemetry.ts'
import { LogLines } from '../parts/log-lines.tsx'
import { useSeen } from '../parts/seen.ts'
import { Empty, Loading, Problem } from '../parts/states.tsx'
import { TraceShares } from '../parts/trace-shares.tsx'
import { layOut, type PlacedSpan } from './waterfall.ts'

const colours = ['#2f7ed8', '#e07b39', '#2a9d6f', '#b455c9', '#a8871b', '#d1495b', '#4aa3a2']
const maxShown = 400

export function TracePage() {
  const { id = '' } = useParams()
  const [params, setParams] = useSearchParams()
  const { data, error } = useQuery({ queryKey: ['trace', id], queryFn: () => get<{ spans: Span[] }>(`/api/telemetry/traces/${id}`) })
  const spans = useMemo(() => layOut(data?.spans ?? []), [data])
  const services = useMemo(() => [...new Set(spans.map((span) => span.service))], [spans])
  const selected = spans.find((span) => span.spanId === params.get('span')) ?? null
  const select = (spanId: string) => changeParams(setParams, (now) => now.set('span', spanId), { replace: true })
  if (error) return <Problem error={error} />
  if (!data) return <Loading what="the trace" />
  const first = spans[0]
  if (!first) return <Empty>This trace has no spans.</Empty>
  const start = Math.min(...spans.map((span) => span.startUs))
  const length = Math.max(...spans.map((span) => span.startUs + span.durationUs)) - start || 1
  const colourOf = (service: string) => colours[services.indexOf(service) % colours.length]
  return (
    <>
      <h1>
        {first.service}: {first.name}
      </h1>
      <p className="quiet">
        {new Date(start / 1_000).toLocaleString()} · {(length / 1_000).toFixed(1)} ms · {spans.length} spans ·{' '}
        {services.map((service) => (
          <span key={service} className="service">
            <span className="swatch" style={{ background: colourOf(service) }} />
            {service} {spans.filter((span) => span.service === service).length}
          </span>
        ))}
      </p>
      <div className="trace">
        <ol className="waterfall" aria-label="Spans">
          {spans.slice(0, maxShown).map((span) => (
            <li key={span.spanId}>
              <button
                className={`span ${span.spanId === selected?.spanId ? 'selected' : ''} ${span.status === 'Error' ? 'bad' : ''}`}
                aria-pressed={span.spanId === selected?.spanId}
                onClick={() => select(span.spanId)}
              >
                <span className="span-name" style={{ paddingLeft: `${Math.min(span.depth, 14) * 0.6}rem` }}>
                  <b>{span.service}</b> {span.name}
                </span>
                <span className="track">
                  <span
                    className="span-bar"
                    style={{
                      left: `${((span.startUs - start) / length) * 100}%`,
                      width: `${Math.max(0.3, (span.durationUs / length) * 100)}%`,
                      background: colourOf(span.service),
                    }}
                  />
                </span>
                <span className="span-time">{(span.durationUs / 1_000).toFixed(1)} ms</span>
              </button>
            </li>
          ))}
          {spans.length > maxShown && <li className="quiet">and {spans.length - maxShown} more spans</li>}
        </ol>
        <aside aria-label="Details of the span">
          {selected ? (
            <Details key={selected.spanId} traceId={id} span={selected} />
          ) : (
            <Empty>Choose a span to see its details and its logs.</Empty>
          )}
        </aside>
      </div>
      <TraceShares traceId={id} spans={data.spans} root={first} />
    </>
  )
}

function Details({ traceId, span }: { traceId: string; span: PlacedSpan }) {
  useSeen('trace', span.service, `a span of ${span.service} in a trace`)
  const ofStore = { postgresql: 'postgres', redis: 'redis', rabbitmq: 'rabbitmq' }[
    span.attributes['db.system'] ?? span.attributes['messaging.system'] ?? ''
  ]
  useSeen('trace', ofStore ?? span.service, `a span of ${ofStore ?? span.service} in a trace`)
  const from = Math.floor(span.startUs / 1_000) - 60_000
  const logs = useQuery({
    queryKey: ['span-logs', traceId, span.spanId],
    queryFn: async () => {
      const query = new URLSearchParams({ traceId, from: String(from), to: String(from + 180_000), limit: '500' })
      return (await get<{ logs: LogLine[] }>(`/api/telemetry/logs?${query}`)).logs
    },
  })
  const own = logs.data?.filter((line) => line.spanId === span.spanId) ?? []
  const shown = own.length > 0 ? own : (logs.data?.filter((line) => line.service === span.service) ?? [])
  return (
    <>
      <h2>
        {span.service}: {span.name}
      </h2>
      <dl className="facts">
        <dt>kind</dt>
        <dd>{span.kind}</dd>
        <dt>duration</dt>
        <dd>{(span.durationUs / 1_000).toFixed(2)} ms</dd>
        <dt>status</dt>
        <dd>
          {span.status} {span.statusMessage}
        </dd>
        {Object.entries({ 'service.version': span.resource['service.version'] ?? '', ...span.attributes }).map(([key, value]) => (
          <div key={key} className="pair">
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {span.events.map((event, index) => (
        <p key={index} className="problem">
          {event.name}: {event.attributes['exception.message'] ?? ''}
        </p>
      ))}
      <h2>{own.length > 0 ? 'Logs of this span' : `Logs of ${span.service} in this trace`}</h2>
      {logs.error ? (
        <Problem error={logs.error} />
      ) : !logs.data ? (
        <Loading what="logs" />
      ) : shown.length === 0 ? (
        <Empty>It wrote none.</Empty>
      ) : (
        <LogLines lines={shown} />
      )}
    </>
  )
}
