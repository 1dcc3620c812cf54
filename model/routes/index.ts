import { drillRoutes } from './drills.ts'
import { faultRoutes } from './faults.ts'
import { peopleRoutes } from './people.ts'
import { rangeRoutes } from './range.ts'
import type { RouteTable } from './route.ts'
import { scenarioRoutes } from './scenarios.ts'
import { telemetryRoutes } from './telemetry.ts'

/** All routes of the control plane, except those of other protocols, and pages. Clients import only its type. */
export const routes = {
  ...scenarioRoutes,
  ...drillRoutes,
  ...peopleRoutes,
  ...rangeRoutes,
  ...telemetryRoutes,
  ...faultRoutes,
} as const satisfies RouteTable
export type Routes = typeof routes
export type RouteName = keyof Routes
