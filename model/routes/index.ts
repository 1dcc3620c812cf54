import type { RouteTable } from './route.ts'
import { scenarioRoutes } from './scenarios.ts'

/** All routes of the control plane but those of other protocols, and pages. Clients import its type alone. */
export const routes = { ...scenarioRoutes } as const satisfies RouteTable
export type Routes = typeof routes
export type RouteName = keyof Routes
