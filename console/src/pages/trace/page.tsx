import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import type { Span } from '../../../../model/telemetry.ts'
import { api } from '../../lib/api.ts'
import { formatMicroseconds } from '../../lib/format.ts'
import { putParams } from '../../lib/params.ts'
import type { Pin } from '../../../../model/pin.ts'
import { PinButton } from '../../parts/pin-button.tsx'
import { serviceColour } from '../../lib/service-colour.ts'
import { Empty, NotYet } from '../../parts/states.tsx'
import { foldsAround, rowsOf } from './rows.ts'
import { everyNode, servicesOf, sharesOf } from './shares.ts'
import { SharesTable } from './shares-table.tsx'
import { SpanDetails } from './span-details.tsx'
import { criticalPath, spanTrees, withoutProxies, type SpanNode, type Stretch } from './span-tree.ts'
import { Minimap, TimeAxis, type Window } from './time-axis.tsx'
import { Waterfall } from './waterfall.tsx'

/** One trace: where the time went, which span waited for which, and the details of each. */
export function TracePage() {
  const { id = '' } = useParams()
  const { data, error } = useQuery({ queryKey: ['trace', id], queryFn: () => api.get('/api/telemetry/traces/:id', { id }) })
  if (error || !data) return <NotYet title="Trace" what="the trace" error={error} />
  return data.spans.length === 0 ? <Empty>This trace has no spans.</Empty> : <Trace key={id} id={id} all={data.spans} />
}

function Trace({ id, all }: { id: string; all: Span[] }) {
  const [params, setParams] = useSearchParams()
  const hidesProxies = params.get('proxies') === 'hidden'
  const roots = useMemo(() => spanTrees(hidesProxies ? withoutProxies(all) : all), [all, hidesProxies])
  const nodes = useMemo(() => new Map([...everyNode(roots)].map((node) => [node.span.spanId, node])), [roots])
  const whole = useMemo(() => windowOf(all), [all])
  const critical = useMemo(() => bySpan(roots[0] ? criticalPath(roots[0]) : []), [roots])
  const [zoom, setZoom] = useState<Window | null>(null)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(() => new Set())
  const rows = useMemo(() => rowsOf(roots, toggled), [roots, toggled])
  const asked = params.get('span')
  const selected = nodes.get(asked ?? '') ?? null
  const set = (name: string, value: string | null) => putParams(setParams, { [name]: value }, { replace: true })
  // The target of a link is never hidden in a fold.
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- folds are the user's own, and a link that is followed opens some of them
    if (asked !== null) setToggled((now) => new Set([...now, ...foldsAround(roots, asked)]))
  }, [asked, roots])
  const toggle = (key: string) => setToggled((now) => new Set(now.has(key) ? [...now].filter((other) => other !== key) : [...now, key]))
  const root = roots[0]
  if (!root) return <Empty>All spans of this trace come from proxies. Show proxies to see the trace.</Empty>
  const failed = all.filter(({ status }) => status === 'Error').length
  return (
    <>
      <div className="heading">
        <h1>
          {root.span.service}: {root.span.name}
        </h1>
        <label className="inline">
          <input type="checkbox" checked={hidesProxies} onChange={(event) => set('proxies', event.target.checked ? 'hidden' : null)} />
          Hide proxies
        </label>
        <PinButton what="this trace" pinned={() => pinOf(id, all, roots)} />
        {zoom && <button onClick={() => setZoom(null)}>Show the whole trace</button>}
      </div>
      <p className="quiet trace-facts">
        {new Date(whole.fromUs / 1_000).toLocaleString()} · {formatMicroseconds(whole.toUs - whole.fromUs)} · {all.length} spans
        {failed > 0 && <span className="bad-text"> · {failed === 1 ? '1 span failed' : `${failed} spans failed`}</span>}
      </p>
      <ServiceShares roots={roots} />
      <div className={selected ? 'trace with-details' : 'trace'}>
        <div className="waterfall-box">
          <div className="waterfall-head">
            <Minimap roots={roots} whole={whole} shown={zoom ?? whole} onShow={setZoom} />
            <TimeAxis window={zoom ?? whole} startUs={whole.fromUs} />
          </div>
          <Waterfall
            rows={rows}
            shown={zoom ?? whole}
            critical={critical}
            selected={selected?.span.spanId ?? null}
            onSelect={(spanId) => set('span', spanId)}
            onToggle={toggle}
          />
          <p className="quiet waterfall-foot">
            <i className="span-critical key" /> critical path: what the response had to wait for · arrow keys move, open and close
          </p>
        </div>
        {selected && (
          <aside aria-label="Details of the span">
            <SpanDetails
              key={selected.span.spanId}
              traceId={id}
              node={selected}
              traceStartUs={whole.fromUs}
              onClose={() => set('span', null)}
            />
          </aside>
        )}
      </div>
      <SharesTable traceId={id} spans={all} root={root.span} />
    </>
  )
}

/** By service, whose own work took the time. */
function ServiceShares({ roots }: { roots: SpanNode[] }) {
  const services = servicesOf(roots)
  const total = services.reduce((sum, { selfUs }) => sum + selfUs, 0) || 1
  return (
    <section aria-label="Time by service" className="service-shares">
      <div className="share-bar" aria-hidden="true">
        {services.map(({ service, selfUs }) => (
          <i key={service} style={{ flexGrow: selfUs / total, background: serviceColour(service) }} />
        ))}
      </div>
      <ul className="legend">
        {services.map(({ service, selfUs, spans, failed }) => (
          <li key={service} className={failed > 0 ? 'bad-text' : ''} title={`${spans} spans${failed > 0 ? `, ${failed} failed` : ''}`}>
            <span className="swatch" style={{ background: serviceColour(service) }} />
            {service} <b>{formatMicroseconds(selfUs)}</b>
            <span className="quiet"> {Math.round((selfUs / total) * 100)} %</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function windowOf(spans: readonly Span[]): Window {
  let [fromUs, toUs] = [Infinity, -Infinity]
  for (const { startUs, durationUs } of spans) {
    fromUs = Math.min(fromUs, startUs)
    toUs = Math.max(toUs, startUs + durationUs)
  }
  return { fromUs, toUs }
}

const bySpan = (path: readonly Stretch[]): ReadonlyMap<string, Stretch[]> => Map.groupBy(path, ({ spanId }) => spanId)

/** A pin of the trace: what took how long, as it is now. */
function pinOf(id: string, all: Span[], roots: SpanNode[]): Pin {
  const root = roots[0]?.span
  const failed = all.filter(({ status }) => status === 'Error').length
  return {
    kind: 'trace',
    title: `${root?.service ?? ''}: ${root?.name ?? ''}`.slice(0, 300),
    href: `/traces/${id}`,
    facts: [
      `${formatMicroseconds(root?.durationUs ?? 0)}, ${all.length} spans${failed > 0 ? `, ${failed} failed` : ''}`,
      ...sharesOf(all)
        .slice(0, 4)
        .map(({ service, name, spans, selfUs }) => `${service} ${name} × ${spans}: ${formatMicroseconds(selfUs)} of its own`.slice(0, 300)),
    ],
  }
}
