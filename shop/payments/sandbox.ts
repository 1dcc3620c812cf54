import type { Database } from '../kit/database.ts'
import { every } from '../kit/every.ts'
import type { Service } from '../kit/service.ts'
import { refusalOf, type Refusal, type SignedCharge } from './signature.ts'

/** The third party behind this service: its latency (median), and the share of calls that it leaves hanging, in percent. */
interface Sandbox {
  latencyMs: number
  hangPercent: number
}

/** The sandbox of a payment provider, which stands in for the bank. */
export interface Bank {
  now(): Sandbox
  /** Why it refuses a request, by its own clock; null where it looks at the card. */
  refusal(key: string, charge: SignedCharge): Promise<Refusal | null>
}

/** The other provider, with which the shop has a contract for emergencies: a little slower, and more expensive. It checks signatures as the first one does. */
const secondProvider: Sandbox = { latencyMs: 60, hangPercent: 0 }

/** The provider in use. The settings of the first one are read once a second, because nobody restarts payments when the bank changes. */
export async function connectBank(service: Service, database: Database, provider: 'first' | 'second'): Promise<Bank> {
  let now: Sandbox = { latencyMs: 30, hangPercent: 0 }
  /** Its clock is not that of this process, and runs on between two readings. */
  let clock = { shows: Date.now(), at: performance.now() }
  const read = async function readSandbox() {
    const { rows } = await database.query<Sandbox & { shows: number }>(
      `select latency_ms as "latencyMs", hang_percent as "hangPercent", extract(epoch from clock_timestamp())::float8 * 1000 as shows from sandbox`,
    )
    const [row] = rows
    if (!row) return
    now = row
    clock = { shows: row.shows, at: performance.now() }
  }
  const time = () => clock.shows + performance.now() - clock.at
  await read()
  every(service, 1_000, read)
  return {
    now: () => (provider === 'first' ? now : secondProvider),
    async refusal(key, charge) {
      if (refusalOf(key, charge, time()) === null) return null
      // A process that was suspended for a while has an old reading.
      await read()
      return refusalOf(key, charge, time())
    },
  }
}
