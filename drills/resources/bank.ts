import { bank, restoreBank } from '../bank.ts'
import { defineResource } from './resource.ts'

/** As in the migration of payments. */
export const freshBank = { latency_ms: 30, hang_percent: 0 }

export const thirdParty = defineResource<{ latency_ms: number; hang_percent: number } | null>({
  id: 'bank',
  title: 'the bank behind payments',
  after: ['datastores', 'database-roles'],
  read: (range) => bank(range),
  differs: (found) =>
    found === null || (found.latency_ms === freshBank.latency_ms && found.hang_percent === freshBank.hang_percent)
      ? null
      : `it takes ${found.latency_ms} ms and hangs for ${found.hang_percent} %`,
  restore: restoreBank,
})
