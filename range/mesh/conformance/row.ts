import assert from 'node:assert/strict'
import { poll } from '../../../model/until.ts'
import type { DataPlane } from './plane.ts'

/** One row of the table: a policy, based on the shop's own, and its observable effect. */
export interface ConformanceRow {
  name: string
  policy(baseline: string): string
  check(plane: DataPlane): Promise<void>
}

export const route = `    - route: [{ destination: { host: inventory } }]\n      retries: { attempts: 2, retryOn: 'connect-failure,refused-stream' }`
export const rule = '  host: inventory\n  trafficPolicy:\n'
export const pool = `${rule}    connectionPool:\n      tcp: { maxConnections: 128, connectTimeout: 1s }\n      http: { http1MaxPendingRequests: 256,`

export const edit = (from: string, to: string) => (baseline: string) => {
  assert.ok(baseline.includes(from), `the policy has changed: it no longer has\n${from}`)
  return baseline.replace(from, to)
}
export const withFault = (fault: string) => edit(route, route.replace('- route:', `- fault: { ${fault} }\n      route:`))
export const count = (statuses: number[], wanted: number): number => statuses.filter((status) => status === wanted).length
/** Whether a share is within 4.5 standard deviations of the expected one: by chance, once in 150,000 times it is not. */
export const withinChance = (hits: number, of: number, percent: number): boolean =>
  Math.abs(hits - (of * percent) / 100) <= 4.5 * Math.sqrt(of * (percent / 100) * (1 - percent / 100))

/** The callee's proxy applies its half of the policy asynchronously; assertions that are repeated need to hold only once. */
export async function inTime(condition: () => Promise<boolean>): Promise<void> {
  await poll(20_000, condition, 200)
}

export const statusesOf = (answers: readonly { status: number }[], wanted: number): number =>
  count(
    answers.map(({ status }) => status),
    wanted,
  )

/** The policy that lets everybody call inventory. */
export function withoutRulesOfInventory(baseline: string): string {
  const documents = baseline.split('---\n')
  const others = documents.filter((document) => !/kind: AuthorizationPolicy\nmetadata: \{ name: inventory/.test(document))
  assert.equal(others.length, documents.length - 1)
  return others.join('---\n')
}
export const deny = (rule: string): string =>
  `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: closed }\nspec:\n  selector: { matchLabels: { app: inventory } }\n  action: DENY\n  rules:\n    - ${rule}\n`
/** Whether calls of gateway are refused. A call may also pass at first, before the callee has applied the rule, so this is repeated for some time. */
export async function isDenied(plane: DataPlane, denied: boolean): Promise<void> {
  if (denied) await inTime(async () => (await plane.call('gateway'))[0]?.status === 403)
  const answers = await plane.call('gateway', { count: 20 })
  assert.equal(statusesOf(answers, denied ? 403 : 200), 20, JSON.stringify(answers.map(({ status }) => status)))
}
