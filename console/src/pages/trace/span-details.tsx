import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { Link } from 'react-router'
import { withoutProxy } from '../../../../model/components.ts'
import { storeOf, type Span } from '../../../../model/telemetry.ts'
import { api } from '../../lib/api.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { LogLines } from '../../parts/log-lines.tsx'
import { useSeen } from '../../parts/seen.ts'
import { Empty, Loading, Problem } from '../../parts/states.tsx'
import { spanName } from './span-name.ts'
import type { SpanNode } from './span-tree.ts'

const aroundMs = 60_000

/** One span: what it did, its own time, its attributes and events, and its logs. */
export function SpanDetails({
  traceId,
  node,
  traceStartUs,
  onClose,
}: {
  traceId: string
  node: SpanNode
  traceStartUs: number
  onClose: () => void
}) {
  const { span, selfUs } = node
  const store = storeOf(span)
  const component = store ?? withoutProxy(span.service)
  useSeen('trace', span.service, `a span of ${span.service} in a trace`)
  useSeen('trace', store ?? span.service, `a span of ${store ?? span.service} in a trace`)
  const { name } = spanName(span, node.children[0]?.span.service ?? null)
  const from = Math.floor(span.startUs / 1_000) - aroundMs
  const to = Math.ceil((span.startUs + span.durationUs) / 1_000) + aroundMs
  return (
    <>
      <div className="heading">
        <h2>
          {span.service}: {name}
        </h2>
        <button className="icon-button" aria-label="Close the details" onClick={onClose}>
          <X size={16} />
        </button>
      </div>
      <dl className="numbers">
        <div>
          <dt>Duration</dt>
          <dd>{formatMicroseconds(span.durationUs)}</dd>
        </div>
        <div>
          <dt>Own time</dt>
          <dd>{formatMicroseconds(Math.max(0, selfUs))}</dd>
        </div>
        <div>
          <dt>Starts at</dt>
          <dd>{formatMicroseconds(span.startUs - traceStartUs)}</dd>
        </div>
      </dl>
      {span.status === 'Error' && <p className="problem">{span.statusMessage || 'This span failed.'}</p>}
      {span.events.map((event, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the events of a span never change
        <p key={index} className="problem">
          {event.name}: {event.attributes['exception.message'] ?? ''}
        </p>
      ))}
      <p className="buttons">
        <Link to={`/logs?service=${span.service}&from=${from}&to=${to}`}>Logs of {span.service} around this span</Link>
        <Link to={`/traces?service=${span.service}`}>More traces of {span.service}</Link>
        <Link to={`/components/${component}`}>Everything about {component}</Link>
      </p>
      <Attributes span={span} />
      <SpanLogs traceId={traceId} span={span} />
    </>
  )
}

function Attributes({ span }: { span: Span }) {
  const all = { kind: span.kind, 'service.version': span.resource['service.version'] ?? '', ...span.attributes }
  return (
    <dl className="facts">
      {Object.entries(all)
        .filter(([, value]) => value !== '')
        .map(([key, value]) => (
          <div key={key} className="pair">
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

function SpanLogs({ traceId, span }: { traceId: string; span: Span }) {
  const from = Math.floor(span.startUs / 1_000) - aroundMs
  const { data, error } = useQuery({
    queryKey: ['span-logs', traceId, span.spanId],
    queryFn: async () => {
      const query = new URLSearchParams({ traceId, from: String(from), to: String(from + 3 * aroundMs), limit: '500' })
      return (await api.get('/api/telemetry/logs', { query })).logs
    },
  })
  const own = data?.filter((line) => line.spanId === span.spanId) ?? []
  const shown = own.length > 0 ? own : (data?.filter((line) => line.service === span.service) ?? [])
  return (
    <>
      <h2>{own.length > 0 ? 'Logs of this span' : `Logs of ${span.service} in this trace`}</h2>
      {error ? (
        <Problem error={error} />
      ) : !data ? (
        <Loading what="logs" />
      ) : shown.length === 0 ? (
        <Empty>There are no log lines.</Empty>
      ) : (
        <LogLines lines={shown} />
      )}
    </>
  )
}
