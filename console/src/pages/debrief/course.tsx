import { useMemo } from 'react'
import type { DrillEvent, DrillState } from '../../../../model/drill.ts'
import { useDashboards } from '../../lib/data.ts'
import { Chart } from '../../parts/chart.tsx'
import { markersOf } from '../../parts/markers.ts'

const aroundMs = 30_000

/** The drill over the graphs: what users felt, and when what was done. */
export function Course({ drill, events }: { drill: DrillState; events: DrillEvent[] }) {
  const { data } = useDashboards()
  const panels = data?.dashboards.find((board) => board.id === 'overview')?.panels.slice(0, 4) ?? []
  const range = { from: drill.startedAt - aroundMs, to: (drill.endedAt ?? drill.lastEventAt) + aroundMs }
  const markers = useMemo(() => markersOf(events), [events])
  return (
    <section aria-label="Over the graphs">
      <h2>Over the graphs</h2>
      <div className="panels">
        {panels.map((panel) => (
          <Chart key={panel.title} panel={panel} range={range} markers={markers} />
        ))}
      </div>
    </section>
  )
}
