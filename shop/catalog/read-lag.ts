import type { Queryable } from '../kit/database.ts'
import { every } from '../kit/every.ts'
import { gauge } from '../kit/metrics.ts'
import type { Service } from '../kit/service.ts'

/** By how much a replica is behind: the age of the newest transaction that it has replayed, as long as the shop is in use. */
export function watchReadLag(service: Service, replica: Queryable): void {
  const lag = gauge('catalog_read_lag_seconds', 'Age of the newest transaction that the replica has replayed', [] as const)
  every(service, 1_000, async function watchReadLag() {
    const { rows } = await replica.query<{ seconds: number | null }>(
      'select extract(epoch from now() - pg_last_xact_replay_timestamp())::float as seconds',
    )
    lag.set(rows[0]?.seconds ?? 0)
  })
}
