/*
 * Whether proxies do with a policy what Istio does: each row of `table.ts` is tried on a local range (`local-plane.ts`) and on a real Istio (`istio-plane.ts`).
 */
import type { ServiceName } from '../../../model/components.ts'
import { poll } from '../../../model/until.ts'
import type { Answer, Behaviour } from './echo.ts'

/** Services of the shop that take part: two callers and a callee. */
export const workloads = ['gateway', 'orders', 'inventory'] as const satisfies readonly ServiceName[]
type Workload = (typeof workloads)[number]

/** A mesh on which the table runs: the proxies of the local range, or a real Istio. */
export interface DataPlane extends AsyncDisposable {
  name: string
  /** Applies a whole policy, replacing the previous one; resolves when it is active at both callers. */
  apply(yaml: string): Promise<void>
  call(from: Workload, options?: { count?: number; atOnce?: number; headers?: Record<string, string> }): Promise<Answer[]>
  /** How inventory responds from now on; its counter starts at 0 again. */
  behave(behaviour: Behaviour): Promise<void>
  /** How many requests inventory has received. */
  received(): Promise<number>
  /** The status of a plaintext request from outside the mesh; 0 if the connection was refused. */
  plaintext(): Promise<number>
}

/** Request header and status by which a caller's proxy shows which policy is active. */
const markerHeader = 'x-conformance'
const markerStatus = 452

/** The policy with an additional first route for inventory that answers requests with the marker's header. */
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

/** Waits until the policy with that marker is active at both callers, on every worker of their proxies. */
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
