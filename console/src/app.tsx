import { useQuery } from '@tanstack/react-query'
import { Route, Routes } from 'react-router'
import { get } from './lib/api.ts'
import { LiveContext, useLiveEvents } from './lib/live.ts'
import { AlertsPage } from './pages/alerts.tsx'
import { ClusterPage } from './pages/cluster.tsx'
import { DashboardsPage } from './pages/dashboards.tsx'
import { DebriefPage } from './pages/debrief/page.tsx'
import { ExplorePage } from './pages/explore.tsx'
import { InstructorPage } from './pages/instructor.tsx'
import { JoinPage } from './pages/join.tsx'
import { LoginPage } from './pages/login.tsx'
import { LogsPage } from './pages/logs.tsx'
import { MapPage } from './pages/map/page.tsx'
import { MeshPage } from './pages/mesh.tsx'
import { RoomPage } from './pages/room.tsx'
import { RunbookPage, RunbooksPage } from './pages/runbooks.tsx'
import { ScenariosPage } from './pages/home/page.tsx'
import { ProgressPage } from './pages/progress.tsx'
import { SlosPage } from './pages/slos.tsx'
import { StatusPage } from './pages/status.tsx'
import { TracePage } from './pages/trace/page.tsx'
import { TracesPage } from './pages/traces/page.tsx'
import { Shell } from './parts/shell.tsx'
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
      {session?.role ? (
        <Shell role={session.role}>{pages(session.role)}</Shell>
      ) : (
        <main id="main" tabIndex={-1}>
          {pages(null)}
        </main>
      )}
    </LiveContext>
  )
}

const pages = (role: string | null) => (
  <Routes>
    <Route path="/login" element={<LoginPage />} />
    <Route path="/join" element={<JoinPage />} />
    <Route path="/status" element={<StatusPage />} />
    {role ? (
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
        {role === 'instructor' && <Route path="/instructor" element={<InstructorPage />} />}
        <Route path="*" element={<Empty>There is no such page.</Empty>} />
      </>
    ) : (
      <Route path="*" element={<LoginPage />} />
    )}
  </Routes>
)
