import { identityRows } from './identity-rows.ts'
import type { ConformanceRow } from './row.ts'
import { trafficRows } from './traffic-rows.ts'

/** Runs on the proxies of a range and on a real Istio alike. */
export const conformanceTable: readonly ConformanceRow[] = [...trafficRows, ...identityRows]
