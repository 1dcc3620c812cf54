import { Navigate, NavLink, useParams } from 'react-router'
import { Chart } from '../parts/chart.tsx'
import { useMarkers } from '../parts/markers.ts'
import { RangePicker } from '../parts/range-picker.tsx'
import { useSeen } from '../parts/seen.ts'
import { Empty, NotYet } from '../parts/states.tsx'
import { useDashboards } from '../lib/data.ts'
import { rangeQuery, useTimeRange } from '../lib/time.ts'

export function DashboardsPage() {
  const { id } = useParams()
  const { data, error } = useDashboards()
  const [range, setRange] = useTimeRange()
  const markers = useMarkers(id ?? '')
  const dashboard = data?.dashboards.find((known) => known.id === id)
  useSeen('dashboard', dashboard?.component ?? null, `the dashboard ${dashboard?.title ?? ''}`)
  if (id === undefined) return <Navigate to={`/dashboards/overview?${rangeQuery(range)}`} replace />
  if (error || !data) return <NotYet title="Dashboards" what="dashboards" error={error} />
  return (
    <>
      <div className="heading">
        <h1>{dashboard?.title ?? 'Dashboards'}</h1>
        <RangePicker />
      </div>
      <nav className="tabs" aria-label="Dashboards">
        {data.dashboards.map((known) => (
          <NavLink key={known.id} to={`/dashboards/${known.id}?${rangeQuery(range)}`}>
            {known.title}
          </NavLink>
        ))}
      </nav>
      {dashboard ? (
        <div className="panels">
          {dashboard.panels.map((panel) => (
            <Chart key={panel.title} panel={panel} range={range} markers={markers} onZoom={setRange} />
          ))}
        </div>
      ) : (
        <Empty>There is no dashboard with this name.</Empty>
      )}
    </>
  )
}
