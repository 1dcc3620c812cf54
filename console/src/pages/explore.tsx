import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Panel, Unit } from '../../../model/dashboard.ts'
import { later } from '../lib/later.ts'
import { changeParams } from '../lib/params.ts'
import { nameOf, queryInstant } from '../lib/prometheus.ts'
import { bounds, useTimeRange } from '../lib/time.ts'
import { Chart } from '../parts/chart.tsx'
import { useMarkers } from '../parts/markers.ts'
import { MetricBrowser } from '../parts/metric-browser.tsx'
import { RangePicker } from '../parts/range-picker.tsx'
import { Empty, Loading, Problem } from '../parts/states.tsx'

/** Large, and only needed here. */
const PromqlEditor = later(async () => (await import('../parts/promql-editor.tsx')).PromqlEditor)

/** Loaded later, because it parses queries with the editor's grammar. */
const BreakdownByLabel = later(async () => (await import('../parts/breakdown.tsx')).BreakdownByLabel)

const remembered = 'firedrill.queries'
const kept = 12
const starters = [
  'sum by (service) (rate(http_requests_total[30s]))',
  'histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[30s])))',
  'topk(5, sum by (service, route) (rate(http_requests_total{status="5xx"}[30s])))',
  'db_pool_waiting > 0',
]

/** PromQL by hand: the graph and the current values. The query is in the address, so that a link shows what its sender sees. */
export function ExplorePage() {
  const [params, setParams] = useSearchParams()
  const [range, setRange] = useTimeRange()
  const markers = useMarkers('')
  const [history, setHistory] = useState(readHistory)
  // Several queries, each in the address; one of them is being edited.
  const queries = params.getAll('q').filter((text) => text !== '')
  const [editing, setEditing] = useState(0)
  const query = queries[editing] ?? ''
  const setQueries = (next: readonly string[]) =>
    changeParams(setParams, (now) => {
      now.delete('q')
      for (const text of next) now.append('q', text)
    })
  const run = (asked: string) => {
    const text = asked.trim()
    setQueries(text === '' ? queries.filter((_query, index) => index !== editing) : queries.toSpliced(editing, 1, text))
    if (!text) return
    const next = [text, ...history.filter((known) => known !== text)].slice(0, kept)
    setHistory(next)
    localStorage.setItem(remembered, JSON.stringify(next))
  }
  const panel: Panel = {
    title: queries.join(' · '),
    unit: unitOf(queries[0] ?? ''),
    queries: queries.map((expr) => ({ expr, legend: '' })),
    ...(queries.length === 1 && /(\w+)_bucket/.test(query) ? { exemplars: /(\w+_bucket(?:\{[^}]*\})?)/.exec(query)?.[1] ?? '' } : {}),
  }
  return (
    <>
      <div className="heading">
        <h1>Explore</h1>
        <RangePicker />
      </div>
      <Suspense fallback={<Loading what="the editor" />}>
        <PromqlEditor key={editing} value={query} onRun={run} />
      </Suspense>
      {queries.length > 0 && (
        <QueryList
          queries={queries}
          editing={editing}
          onEdit={setEditing}
          onRemove={(gone) => {
            setQueries(queries.filter((_query, index) => index !== gone))
            setEditing(0)
          }}
        />
      )}
      {queries.length > 0 ? (
        <>
          <div className="panels one">
            <Chart panel={panel} range={range} markers={markers} onZoom={setRange} />
          </div>
          {query !== '' && <Why key={query} query={query} onSplit={run} />}
          {queries.map((text) => (
            <Values key={text} query={text} unit={unitOf(text)} />
          ))}
        </>
      ) : (
        <Empty>Write a query in PromQL, or choose a metric or an example below.</Empty>
      )}
      <div className="explore-lists">
        <MetricBrowser onChoose={run} />
        <section className="box" aria-label="Queries">
          <h2>{history.length > 0 ? 'Recent queries' : 'Examples'}</h2>
          <ul className="plain queries">
            {(history.length > 0 ? history : starters).map((text) => (
              <li key={text}>
                <button className="link" onClick={() => run(text)}>
                  <code>{text}</code>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  )
}

/** Nothing is requested from Prometheus before it is opened. */
function Why({ query, onSplit }: { query: string; onSplit: (query: string) => void }) {
  const [asked, setAsked] = useState(false)
  if (!asked) return <button onClick={() => setAsked(true)}>Why is this high?</button>
  return (
    <Suspense fallback={<Loading what="the labels" />}>
      <BreakdownByLabel query={query} unit={unitOf(query)} onSplit={onSplit} />
    </Suspense>
  )
}

interface ListProps {
  queries: readonly string[]
  editing: number
  onEdit: (index: number) => void
  onRemove: (index: number) => void
}

/** The queries that are drawn together: which one is being edited, and room for one more. */
function QueryList({ queries, editing, onEdit, onRemove }: ListProps) {
  return (
    <ul className="facets query-list" aria-label="Queries on the graph">
      {queries.length > 1 &&
        queries.map((text, index) => (
          <li key={text}>
            <button aria-pressed={index === editing} onClick={() => onEdit(index)} title={text}>
              <code>{text.length > 60 ? `${text.slice(0, 60)}…` : text}</code>
            </button>
            <button className="icon" aria-label={`Remove ${text}`} onClick={() => onRemove(index)}>
              <X size={12} />
            </button>
          </li>
        ))}
      <li>
        <button aria-pressed={editing >= queries.length} onClick={() => onEdit(queries.length)}>
          Add a query
        </button>
      </li>
    </ul>
  )
}

function Values({ query, unit }: { query: string; unit: Unit }) {
  const [range] = useTimeRange()
  const { data, error } = useQuery({
    queryKey: ['instant', query, range],
    queryFn: () => queryInstant(query, bounds(range).to / 1_000),
    refetchInterval: 'last' in range ? 2_000 : false,
    retry: false,
  })
  if (error) return <Problem error={error} />
  if (!data) return null
  return (
    <section aria-label="Values" className="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">series</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {data.slice(0, 100).map(({ metric, value }) => (
            <tr key={JSON.stringify(metric)}>
              <td>
                <code>{nameOf(metric)}</code>
              </td>
              <td>
                {Number(value.toPrecision(6))} {unit === 'count' ? '' : <span className="quiet">{unit}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.length === 0 && <Empty>No series now.</Empty>}
    </section>
  )
}

/** The unit by the naming convention of metrics; a rate of seconds per second has none. */
function unitOf(query: string): Unit {
  if (/quantile|_seconds\b(?!_)/.test(query) && !/_seconds_count/.test(query)) return 'seconds'
  if (/_bytes/.test(query)) return 'bytes'
  if (/rate\(/.test(query) && !/\//.test(query)) return 'rps'
  return 'count'
}

function readHistory(): string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(remembered) ?? '[]')
    return Array.isArray(known) ? known.filter((text) => typeof text === 'string').slice(0, kept) : []
  } catch {
    return []
  }
}
