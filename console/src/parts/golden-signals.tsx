import { memo } from 'react'
import { Link } from 'react-router'
import { useDashboards } from '../lib/data.ts'
import { rangeQuery, useTimeRange } from '../lib/time.ts'
import { Chart } from './chart.tsx'
import { useMarkers } from './markers.ts'
import { RangePicker } from './range-picker.tsx'

/** The first four graphs of the overview. */
export const GoldenSignals = memo(function GoldenSignals() {
  const { data: boards } = useDashboards()
  const markers = useMarkers('overview')
  const [range, setRange] = useTimeRange('5m')
  const signals = boards?.dashboards.find((board) => board.id === 'overview')?.panels.slice(0, 4) ?? []
  return (
    <section aria-label="Golden signals">
      <div className="action-head">
        <h2>Golden signals</h2>
        <Link to={`/dashboards/overview?${rangeQuery(range)}`}>all dashboards</Link>
        <RangePicker usual="5m" />
      </div>
      <div className="panels">
        {signals.map((panel) => (
          <Chart key={panel.title} panel={panel} range={range} markers={markers} compact onZoom={setRange} />
        ))}
      </div>
    </section>
  )
})
