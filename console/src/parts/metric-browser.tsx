import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import { Empty, Loading, Problem } from './states.tsx'

const shown = 60

/** All metrics with their help texts; choosing one inserts the usual query for its type. */
export function MetricBrowser({ onChoose }: { onChoose: (query: string) => void }) {
  const [text, setText] = useState('')
  const { data, error } = useQuery({
    queryKey: ['metric-metadata'],
    queryFn: () => api.get('/api/prometheus/metadata'),
    staleTime: 60_000,
  })
  const words = text.toLowerCase().split(/\s+/)
  const found = Object.entries(data?.data ?? {})
    .map(([name, [first]]) => ({ name, type: first?.type ?? 'unknown', help: first?.help ?? '' }))
    .filter(({ name, help }) => words.every((word) => `${name} ${help}`.toLowerCase().includes(word)))
    .toSorted((a, b) => a.name.localeCompare(b.name))
  return (
    <section className="box" aria-label="Metrics">
      <h2>Metrics</h2>
      <label>
        <span className="hidden">Find a metric</span>
        <input
          type="search"
          placeholder="Find a metric: a name, or a word of its description"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {error ? <Problem error={error} /> : !data ? <Loading what="the metrics" /> : null}
      {data && found.length === 0 && <Empty>No metric has these words.</Empty>}
      <ul className="metrics">
        {found.slice(0, shown).map(({ name, type, help }) => (
          <li key={name}>
            <button className="link" onClick={() => onChoose(queryFor(name, type))}>
              <code>{name}</code>
            </button>
            <span className="quiet">
              {help} ({type})
            </span>
          </li>
        ))}
      </ul>
      {found.length > shown && <p className="quiet">{found.length - shown} more: narrow the search.</p>}
    </section>
  )
}

/** A counter is queried as a rate, a histogram by its 95th percentile, others directly. */
const queryFor = (name: string, type: string): string => {
  if (type === 'counter') return `sum by (service) (rate(${name}[30s]))`
  if (type === 'histogram') return `histogram_quantile(0.95, sum by (service, le) (rate(${name}_bucket[30s])))`
  return name
}
