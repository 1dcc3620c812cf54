import { Suspense, useEffect, useMemo, useState } from 'react'
import { foldDrill, type DrillEvent, type DrillState } from '../../../../model/drill.ts'
import { useDashboards } from '../../lib/data.ts'
import { later } from '../../lib/later.ts'
import { Chart } from '../../parts/chart.tsx'
import { markersOf } from '../../parts/markers.ts'
import { Loading } from '../../parts/states.tsx'

/** Loaded later, because it brings the layout engine of graphs with it. */
const MapAt = later(async () => (await import('../map/in-time.tsx')).MapAt)

const aroundMs = 30_000
/** The map is requested this long after the slider was last moved. */
const restMs = 300

/** The graphs, the alerts and the map at a moment of the drill. */
export function Replay({ drill, events, moment }: { drill: DrillState; events: DrillEvent[]; moment: number }) {
  const { data } = useDashboards()
  const panels = data?.dashboards.find((board) => board.id === 'overview')?.panels.slice(0, 4) ?? []
  const range = useMemo(
    () => ({ from: drill.startedAt - aroundMs, to: (drill.endedAt ?? drill.lastEventAt) + aroundMs }),
    [drill.startedAt, drill.endedAt, drill.lastEventAt],
  )
  const until = useMemo(() => events.filter(({ at }) => at <= moment), [events, moment])
  const markers = useMemo(() => markersOf(until), [until])
  const firing = foldDrill(until)?.firing ?? []
  const mapAt = useRested(moment)
  return (
    <section className="box" aria-label="Replay">
      <h2>As it was at that moment</h2>
      <p role="status">
        {firing.length === 0 ? (
          <span className="quiet">No page was firing.</span>
        ) : (
          firing.map(({ fingerprint, summary, name }) => (
            <span key={fingerprint} className="replay-page">
              {summary || name}
            </span>
          ))
        )}
      </p>
      <div className="replay">
        <div className="panels">
          {panels.map((panel) => (
            <Chart key={panel.title} panel={panel} range={range} markers={markers} until={moment} compact />
          ))}
        </div>
        <Suspense fallback={<Loading what="the map" />}>
          <MapAt at={mapAt} />
        </Suspense>
      </div>
    </section>
  )
}

/** A value once it has been stable for a moment. */
function useRested(value: number): number {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs)
    return () => clearTimeout(timer)
  }, [value])
  return rested
}
