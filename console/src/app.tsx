import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Route, Routes } from 'react-router'
import { get } from './lib/api.ts'
import { LiveContext, useLiveEvents } from './lib/live.ts'
import { LoginPage } from './pages/login.tsx'
import { RoomPage } from './pages/room.tsx'
import { ScenariosPage } from './pages/home/page.tsx'
import { Shell } from './parts/shell.tsx'
import { Empty, Loading } from './parts/states.tsx'

/** Loaded when they are gone to; the catalogue and the incident room are there from the start. */
const AlertsPage = lazy(async () => ({ default: (await import('./pages/alerts.tsx')).AlertsPage }))
const ClusterPage = lazy(async () => ({ default: (await import('./pages/cluster.tsx')).ClusterPage }))
const ComponentPage = lazy(async () => ({ default: (await import('./pages/component.tsx')).ComponentPage }))
const DashboardsPage = lazy(async () => ({ default: (await import('./pages/dashboards.tsx')).DashboardsPage }))
const DebriefPage = lazy(async () => ({ default: (await import('./pages/debrief/page.tsx')).DebriefPage }))
const ExplorePage = lazy(async () => ({ default: (await import('./pages/explore.tsx')).ExplorePage }))
const InstructorPage = lazy(async () => ({ default: (await import('./pages/instructor.tsx')).InstructorPage }))
const JoinPage = lazy(async () => ({ default: (await import('./pages/join.tsx')).JoinPage }))
const LogsPage = lazy(async () => ({ default: (await import('./pages/logs/page.tsx')).LogsPage }))
const MapPage = lazy(async () => ({ default: (await import('./pages/map/page.tsx')).MapPage }))
const MeshPage = lazy(async () => ({ default: (await import('./pages/mesh.tsx')).MeshPage }))
const RunbookPage = lazy(async () => ({ default: (await import('./pages/runbooks.tsx')).RunbookPage }))
const RunbooksPage = lazy(async () => ({ default: (await import('./pages/runbooks.tsx')).RunbooksPage }))
const ProgressPage = lazy(async () => ({ default: (await import('./pages/progress.tsx')).ProgressPage }))
const SlosPage = lazy(async () => ({ default: (await import('./pages/slos.tsx')).SlosPage }))
const StatusPage = lazy(async () => ({ default: (await import('./pages/status.tsx')).StatusPage }))
const TerminalPage = lazy(async () => ({ default: (await import('./pages/terminal.tsx')).TerminalPage }))
const TracePage = lazy(async () => ({ default: (await import('./pages/trace/page.tsx')).TracePage }))
const TracesPage = lazy(async () => ({ default: (await import('./pages/traces/page.tsx')).TracesPage }))

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
