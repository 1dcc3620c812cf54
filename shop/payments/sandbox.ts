import type { Database } from '../kit/database.ts'
import { every } from '../kit/every.ts'
import type { Service } from '../kit/service.ts'

/** The third party behind this service: its latency (median), and the share of calls that it leaves hanging, in percent. */
export interface Sandbox {
  latencyMs: number
  hangPercent: number
}

/** The other provider, with which the shop has a contract for emergencies: a little slower, and more expensive. */
export const secondProvider: Sandbox = { latencyMs: 60, hangPercent: 0 }

/** The payment provider's sandbox with its current settings: read once a second, because nobody restarts payments when the bank changes. */
export async function followSandbox(service: Service, database: Database): Promise<() => Sandbox> {
  let now: Sandbox = { latencyMs: 30, hangPercent: 0 }
  const read = async function readSandbox() {
    const { rows } = await database.query<Sandbox>('select latency_ms as "latencyMs", hang_percent as "hangPercent" from sandbox')
    now = rows[0] ?? now
  }
  await read()
  every(service, 1_000, read)
  return () => now
}
