import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { Route, Routes, useLocation } from 'react-router'
import { api } from './lib/api.ts'
import { fetchAhead, later } from './lib/later.ts'
import { LiveContext, useLiveEvents } from './lib/live.ts'
import { LoginPage } from './pages/login.tsx'
import { RoomPage } from './pages/room.tsx'
import { ScenariosPage } from './pages/home/page.tsx'
import { PageBoundary } from './parts/boundary.tsx'
import { Shell } from './parts/shell.tsx'
import { Empty, Loading } from './parts/states.tsx'

/** Loaded when they are opened, or earlier if an incident needs them; the catalogue and the incident room are there from the start. */
const AlertsPage = later(async () => (await import('./pages/alerts.tsx')).AlertsPage, { early: true })
const ClusterPage = later(async () => (await import('./pages/cluster.tsx')).ClusterPage)
const ComponentPage = later(async () => (await import('./pages/component.tsx')).ComponentPage, { early: true })
const DashboardsPage = later(async () => (await import('./pages/dashboards.tsx')).DashboardsPage, { early: true })
const DebriefPage = later(async () => (await import('./pages/debrief/page.tsx')).DebriefPage)
const ExplorePage = later(async () => (await import('./pages/explore.tsx')).ExplorePage)
const InstructorPage = later(async () => (await import('./pages/instructor.tsx')).InstructorPage)
const JoinPage = later(async () => (await import('./pages/join.tsx')).JoinPage)
const LogsPage = later(async () => (await import('./pages/logs/page.tsx')).LogsPage, { early: true })
const MapPage = later(async () => (await import('./pages/map/page.tsx')).MapPage, { early: true })
const MeshPage = later(async () => (await import('./pages/mesh.tsx')).MeshPage, { early: true })
const RunbookPage = later(async () => (await import('./pages/runbooks.tsx')).RunbookPage, { early: true })
const RunbooksPage = later(async () => (await import('./pages/runbooks.tsx')).RunbooksPage)
const ProgressPage = later(async () => (await import('./pages/progress.tsx')).ProgressPage)
const SlosPage = later(async () => (await import('./pages/slos.tsx')).SlosPage)
const StatusPage = later(async () => (await import('./pages/status.tsx')).StatusPage)
const TerminalPage = later(async () => (await import('./pages/terminal.tsx')).TerminalPage)
const TracePage = later(async () => (await import('./pages/trace/page.tsx')).TracePage, { early: true })
const TracesPage = later(async () => (await import('./pages/traces/page.tsx')).TracesPage, { early: true })

/** The map: every page and its address. */
export function App() {
  const { data: session, isPending } = useQuery({ queryKey: ['session'], queryFn: () => api.get('/api/session') })
  const known = Boolean(session?.role)
  const live = useLiveEvents(known)
  const { pathname, search } = useLocation()
  useEffect(() => {
    if (known) fetchAhead()
  }, [known])
  const page = (role: string | null) => <PageBoundary address={`${pathname}${search}`}>{pages(role)}</PageBoundary>
  if (isPending) return <Loading what="the console" />
  return (
    <LiveContext value={live}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      {session?.role ? (
        <Shell role={session.role}>{page(session.role)}</Shell>
      ) : (
        <main id="main" tabIndex={-1}>
          {page(null)}
        </main>
      )}
    </LiveContext>
  )
}

const pages = (role: string | null) => (
  <Suspense fallback={<Loading what="the page" />}>
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
          <Route path="/components/:name" element={<ComponentPage />} />
          <Route path="/mesh" element={<MeshPage />} />
          <Route path="/cluster" element={<ClusterPage />} />
          <Route path="/slos" element={<SlosPage />} />
          <Route path="/terminal" element={<TerminalPage />} />
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
  </Suspense>
)
