import { useQuery } from '@tanstack/react-query'
import { Maximize2, Minimize2 } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Panel } from '../../../model/dashboard.ts'
import type { Exemplar } from '../../../model/exemplar.ts'
import { queryExemplars, queryRange, type Series } from '../lib/prometheus.ts'
import { bounds, clock, type TimeRange } from '../lib/time.ts'
import { thinOut, type Pin } from '../../../model/pin.ts'
import { PinButton } from './pin-button.tsx'
import type { Marker } from './marker-labels.ts'
import { Plot } from './plot.tsx'
import { Problem } from './states.tsx'

/** Pixels. */
const largeHeight = 380
const compactHeight = 150

interface Props {
  panel: Panel
  range: TimeRange
  markers: Marker[]
  /** Low, to have several in view at once. */
  compact?: boolean
  /** In milliseconds since the epoch: nothing later is drawn. */
  until?: number
  /** Called with the dragged range, in milliseconds since the epoch. */
  onZoom?: (range: { from: number; to: number }) => void
}

/** One panel: its series over time, markers of changes, and the requests behind it as dots that link to their trace. */
export function Chart({ panel, range, markers, compact = false, until, onZoom }: Props) {
  const [large, setLarge] = useState(false)
  const asked = bounds(range)
  const step = Math.max(1, Math.floor((asked.to - asked.from) / 300_000))
  const { data, error } = useQuery({
    queryKey: ['panel', panel.title, panel.queries, range],
    refetchInterval: 'last' in range ? Math.max(2_000, step * 1_000) : false,
    queryFn: async () => {
      const { from, to } = bounds(range)
      const end = Math.floor(to / 1_000 / step) * step
      const start = end - Math.round((to - from) / 1_000)
      const series = await Promise.all(panel.queries.map(({ expr, legend }) => queryRange(expr, legend, start, end, step)))
      return { series: series.flat(), start, end, step }
    },
  })
  const exemplars = useExemplars(panel, range, step)
  // Rendered with low priority: input comes first.
  const late = useDeferredValue(data)
  const shown = useMemo(() => late && upTo({ ...late, exemplars }, until), [late, exemplars, until])
  return (
    <figure className={['panel', large ? 'large' : '', compact && !large ? 'compact' : ''].filter(Boolean).join(' ')}>
      <figcaption>
        {panel.title}
        <span className="panel-buttons">
          {data && <PinButton what={panel.title} pinned={() => pinOf(panel, data)} />}
          <button
            className="enlarge"
            aria-label={large ? `Show ${panel.title} small` : `Enlarge ${panel.title}`}
            aria-pressed={large}
            onClick={() => setLarge(!large)}
          >
            {large ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
          </button>
        </span>
      </figcaption>
      {shown ? (
        <Plot
          {...shown}
          panel={panel}
          markers={markers}
          {...(large ? { height: largeHeight } : compact ? { height: compactHeight } : {})}
          {...(onZoom ? { onZoom } : {})}
        />
      ) : error ? (
        <Problem error={error} />
      ) : (
        <div className="plot placeholder" aria-busy="true">
          Loading…
        </div>
      )}
      {/* The last data stays in view: in an incident an answer may be late. */}
      {data && error && (
        <p className="quiet" role="status">
          Not updated since {clock(data.end * 1_000)}: {error.message}
        </p>
      )}
    </figure>
  )
}

const none: Exemplar[] = []

/** The dots of a graph. It is drawn without them until they arrive: there may be thousands to choose from. */
function useExemplars({ exemplars: selector }: Panel, range: TimeRange, step: number): Exemplar[] {
  const { data } = useQuery({
    queryKey: ['exemplars', selector, range],
    enabled: selector !== undefined,
    refetchInterval: 'last' in range ? Math.max(5_000, step * 1_000) : false,
    // The last dots stay in view while the next are requested; those of another graph do not.
    placeholderData: (before, query) => (query?.queryKey[1] === selector ? before : undefined),
    queryFn: () => {
      const { from, to } = bounds(range)
      return queryExemplars(selector ?? '', from / 1_000, to / 1_000)
    },
  })
  return data ?? none
}

/** What happened before a moment. */
function upTo<Data extends { series: Series[]; exemplars: Exemplar[] }>(data: Data, until: number | undefined): Data {
  if (until === undefined) return data
  const end = until / 1_000
  return {
    ...data,
    series: data.series.map(({ name, points }) => ({ name, points: points.filter(([at]) => at <= end) })),
    exemplars: data.exemplars.filter(({ at }) => at <= end),
  }
}

/** The graph as it is drawn now; a custom one links back to its query. */
function pinOf(panel: Panel, { series, start, end }: { series: Series[]; start: number; end: number }): Pin {
  const address = new URL(window.location.href)
  for (const name of ['range', 'action', 'runbook']) address.searchParams.delete(name)
  const byHand = address.pathname === '/explore'
  // The room shows the present; the past is on the dashboard with the same graphs.
  const path = address.pathname.startsWith('/drills/') ? '/dashboards/overview' : address.pathname
  address.searchParams.set('from', String(start * 1_000))
  address.searchParams.set('to', String(end * 1_000))
  return {
    kind: byHand ? 'query' : 'graph',
    title: panel.title.slice(0, 300),
    href: `${path}${address.search}`,
    facts: [],
    graph: thinOut({ unit: panel.unit, from: start, to: end, series }),
  }
}
