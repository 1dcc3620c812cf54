import { useQuery } from '@tanstack/react-query'
import { Maximize2, Minimize2 } from 'lucide-react'
import { useState } from 'react'
import type { Panel } from '../../../model/dashboard.ts'
import { queryExemplars, queryRange } from '../lib/prometheus.ts'
import { bounds, clock, type TimeRange } from '../lib/time.ts'
import { Plot, type Marker } from './plot.tsx'
import { Problem } from './states.tsx'

interface Props {
  panel: Panel
  range: TimeRange
  markers: Marker[]
  /** Called with what was dragged over, in milliseconds since the epoch. */
  onZoom?: (range: { from: number; to: number }) => void
}

/** One panel: its series over time, what changed meanwhile, and the requests behind it as dots that open their trace. */
export function Chart({ panel, range, markers, onZoom }: Props) {
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
      const [series, exemplars] = await Promise.all([
        Promise.all(panel.queries.map(({ expr, legend }) => queryRange(expr, legend, start, end, step))),
        panel.exemplars ? queryExemplars(panel.exemplars, start, end) : Promise.resolve([]),
      ])
      return { series: series.flat(), exemplars, start, end, step }
    },
  })
  return (
    <figure className={large ? 'panel large' : 'panel'}>
      <figcaption>
        {panel.title}
        <button
          className="enlarge"
          aria-label={large ? `Show ${panel.title} small` : `Enlarge ${panel.title}`}
          aria-pressed={large}
          onClick={() => setLarge(!large)}
        >
          {large ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
        </button>
      </figcaption>
      {data ? (
        <Plot {...data} panel={panel} markers={markers} {...(large ? { height: 380 } : {})} {...(onZoom ? { onZoom } : {})} />
      ) : error ? (
        <Problem error={error} />
      ) : (
        <div className="plot placeholder" aria-busy="true">
          Loading…
        </div>
      )}
      {/* What was seen last stays in sight: in an incident an answer may be late. */}
      {data && error && (
        <p className="quiet" role="status">
          Not updated since {clock(data.end * 1_000)}: {error.message}
        </p>
      )}
    </figure>
  )
}
