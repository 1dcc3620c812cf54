import { useQuery } from '@tanstack/react-query'
import { NavLink, Route, Routes } from 'react-router'
import { get } from './lib/api.ts'
import { useDrills, useInCluster } from './lib/data.ts'
import { LiveContext, useLive, useLiveEvents } from './lib/live.ts'
import { AlertsPage } from './pages/alerts.tsx'
import { ClusterPage } from './pages/cluster.tsx'
import { DashboardsPage } from './pages/dashboards.tsx'
import { DebriefPage } from './pages/debrief.tsx'
import { ExplorePage } from './pages/explore.tsx'
import { InstructorPage } from './pages/instructor.tsx'
import { JoinPage } from './pages/join.tsx'
import { LoginPage } from './pages/login.tsx'
import { LogsPage } from './pages/logs.tsx'
import { MapPage } from './pages/map.tsx'
import { MeshPage } from './pages/mesh.tsx'
import { RoomPage } from './pages/room.tsx'
import { RunbookPage, RunbooksPage } from './pages/runbooks.tsx'
import { ScenariosPage } from './pages/scenarios.tsx'
import { ProgressPage } from './pages/progress.tsx'
import { SlosPage } from './pages/slos.tsx'
import { StatusPage } from './pages/status.tsx'
import { TracePage } from './pages/trace.tsx'
import { TracesPage } from './pages/traces.tsx'
import { PagerBell } from './parts/pager-bell.tsx'
import { Empty, Loading } from './parts/states.tsx'

/** The map: every page and its address. */
export function App() {
  const { data: session, isPending } = useQuery({ queryKey: ['session'], queryFn: () => get<{ role: string | null }>('/api/session') })
  const live = useLiveEvents(Boolean(session?.role))
  if (isPending) return <Loading what="the console" />
  return (
    <LiveContext value={live}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      {session?.role && <TopBar role={session.role} />}
      <main id="main" tabIndex={-1}>
        <Routes>
          <Route path="/login" element={<LoginPage />} />
          <Route path="/join" element={<JoinPage />} />
          <Route path="/status" element={<StatusPage />} />
          {session?.role ? (
            <>
              <Route path="/" element={<ScenariosPage />} />
              <Route path="/drills/:id" element={<RoomPage />} />
              <Route path="/drills/:id/debrief" element={<DebriefPage />} />
              <Route path="/dashboards/:id?" element={<DashboardsPage />} />
              <Route path="/map" element={<MapPage />} />
              <Route path="/mesh" element={<MeshPage />} />
              <Route path="/cluster" element={<ClusterPage />} />
              <Route path="/slos" element={<SlosPage />} />
              <Route path="/explore" element={<ExplorePage />} />
              <Route path="/traces" element={<TracesPage />} />
              <Route path="/traces/:id" element={<TracePage />} />
              <Route path="/logs" element={<LogsPage />} />
              <Route path="/alerts" element={<AlertsPage />} />
              <Route path="/progress" element={<ProgressPage />} />
              <Route path="/runbooks" element={<RunbooksPage />} />
              <Route path="/runbooks/:id" element={<RunbookPage />} />
              {session.role === 'instructor' && <Route path="/instructor" element={<InstructorPage />} />}
              <Route path="*" element={<Empty>There is no such page.</Empty>} />
            </>
          ) : (
            <Route path="*" element={<LoginPage />} />
          )}
        </Routes>
      </main>
    </LiveContext>
  )
}

const places = [
  ['/', 'Scenarios'],
  ['/dashboards', 'Dashboards'],
  ['/map', 'Map'],
  ['/mesh', 'Mesh'],
  ['/cluster', 'Cluster'],
  ['/slos', 'Objectives'],
  ['/explore', 'Explore'],
  ['/traces', 'Traces'],
  ['/logs', 'Logs'],
  ['/alerts', 'Alerts'],
  ['/runbooks', 'Runbooks'],
  ['/progress', 'Progress'],
  ['/status', 'Status page'],
] as const

function TopBar({ role }: { role: string }) {
  const live = useLive()
  const running = useDrills().data?.running ?? null
  const inCluster = useInCluster().data ?? false
  const down = live.components.filter((component) => component.state === 'exited' || component.state === 'stopped')
  return (
    <>
      <header className="topbar">
        <NavLink to="/" className="brand" aria-label="Firedrill">
          <span aria-hidden="true">◉</span> Firedrill
        </NavLink>
        <nav aria-label="Main">
          {running && (
            <NavLink to={`/drills/${running}`} className="room-link">
              Incident room
            </NavLink>
          )}
          {places
            .filter(([to]) => to !== '/cluster' || inCluster)
            .map(([to, title]) => (
              <NavLink key={to} to={to} end={to === '/'}>
                {title}
              </NavLink>
            ))}
          {role === 'instructor' && <NavLink to="/instructor">Instructor</NavLink>}
        </nav>
        <PagerBell />
        <span className="connection">
          {live.connected ? `${live.components.length - down.length} of ${live.components.length} components up` : 'connecting…'}
        </span>
      </header>
      {!live.connected && (
        <p className="banner" role="status">
          Not connected to the control plane; trying again. What you see may be old.
        </p>
      )}
      {live.troubles.map((trouble) => (
        <p key={trouble} className="banner" role="status">
          {trouble}
        </p>
      ))}
    </>
  )
}
