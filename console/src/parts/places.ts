import {
  Activity,
  BellRing,
  BookOpenText,
  Box,
  Boxes,
  ChartSpline,
  Gauge,
  GraduationCap,
  LayoutDashboard,
  ListTree,
  Megaphone,
  Network,
  ScrollText,
  Share2,
  SlidersHorizontal,
  SquareTerminal,
  Target,
  TrendingUp,
  type LucideIcon,
} from 'lucide-react'

interface Place {
  to: string
  title: string
  icon: LucideIcon
  /** Only if the shop is in a cluster, or for instructors. */
  only?: 'cluster' | 'instructor'
}

/** Every page of the menu, in its group. */
const places: readonly { group: string; places: readonly Place[] }[] = [
  {
    group: 'Practise',
    places: [
      { to: '/', title: 'Scenarios', icon: GraduationCap },
      { to: '/progress', title: 'Progress', icon: TrendingUp },
      { to: '/instructor', title: 'Instructor', icon: SlidersHorizontal, only: 'instructor' },
    ],
  },
  {
    group: 'Observe',
    places: [
      { to: '/dashboards', title: 'Dashboards', icon: LayoutDashboard },
      { to: '/map', title: 'Map', icon: Share2 },
      { to: '/traces', title: 'Traces', icon: ListTree },
      { to: '/logs', title: 'Logs', icon: ScrollText },
      { to: '/explore', title: 'Explore', icon: ChartSpline },
      { to: '/slos', title: 'Objectives', icon: Target },
      { to: '/cluster', title: 'Cluster', icon: Boxes, only: 'cluster' },
    ],
  },
  {
    group: 'Respond',
    places: [
      { to: '/alerts', title: 'Alerts', icon: BellRing },
      { to: '/terminal', title: 'Terminal', icon: SquareTerminal },
      { to: '/mesh', title: 'Mesh', icon: Network },
      { to: '/runbooks', title: 'Runbooks', icon: BookOpenText },
      { to: '/status', title: 'Status page', icon: Megaphone },
    ],
  },
]

export const icons = { room: Activity, dashboard: Gauge, component: Box } satisfies Record<string, LucideIcon>

/** The pages of the menu for this user and range. */
export const placesFor = (role: string, inCluster: boolean) =>
  places.map(({ group, places }) => ({
    group,
    places: places.filter(({ only }) => (only === 'cluster' ? inCluster : only === 'instructor' ? role === 'instructor' : true)),
  }))
