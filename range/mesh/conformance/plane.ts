/*
 * Whether proxies do with a policy what Istio does: each row of `table.ts` is tried on a local range (`local-plane.ts`) and on a real Istio (`istio-plane.ts`).
 */
import type { ServiceName } from '../../../model/components.ts'
import { poll } from '../../../model/until.ts'
import type { Answer, Behaviour } from './echo.ts'

/** Services of the shop that take part: enough for two callers and one that is called. */
export const workloads = ['gateway', 'orders', 'inventory'] as const satisfies readonly ServiceName[]
type Workload = (typeof workloads)[number]

/** A mesh on which the table is tried: the proxies of the local range, or a real Istio. */
export interface DataPlane extends AsyncDisposable {
  name: string
  /** Puts a whole policy in force, in place of the previous one; resolves when both callers go by it. */
  apply(yaml: string): Promise<void>
  call(from: Workload, options?: { count?: number; atOnce?: number; headers?: Record<string, string> }): Promise<Answer[]>
  /** What inventory does from now on; it counts from 0 again. */
  behave(behaviour: Behaviour): Promise<void>
  /** How many requests have come to inventory. */
  received(): Promise<number>
  /** A request in plaintext, by somebody who is not in the mesh: its status, 0 where the connection was refused. */
  plaintext(): Promise<number>
}

/** Header and status by which a caller tells which policy it goes by. */
const markerHeader = 'x-conformance'
const markerStatus = 452

/** The policy with a first route for inventory that tells, to who asks with the header, that it is in force. */
export function marked(yaml: string, marker: string): string {
  const at = '  hosts: [inventory]\n  http:\n'
  if (!yaml.includes(at)) throw new Error('the policy has no VirtualService for inventory')
  return yaml.replace(
    at,
    `${at}    - match: [{ headers: { ${markerHeader}: { exact: '${marker}' } } }]\n` +
      `      fault: { abort: { httpStatus: ${markerStatus}, percentage: { value: 100 } } }\n` +
      `      route: [{ destination: { host: inventory } }]\n`,
  )
}

/** Waits until both callers go by the policy with that mark, on every worker of their proxies. */
export async function untilMarked(plane: Pick<DataPlane, 'call'>, marker: string): Promise<void> {
  let answers: Answer[] = []
  const isMarked = async () => {
    const calls = (['gateway', 'orders'] as const).map((from) =>
      plane.call(from, { count: 4, atOnce: 2, headers: { [markerHeader]: marker } }),
    )
    answers = (await Promise.all(calls)).flat()
    return answers.every(({ status }) => status === markerStatus)
  }
  if (!(await poll(60_000, isMarked, 200))) throw new Error(`the policy was not in force after a minute: ${JSON.stringify(answers)}`)
}
