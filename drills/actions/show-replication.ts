import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { replicaOf } from '../replica.ts'

export const showReplication = defineAction({
  id: 'show-replication',
  title: 'Show replication',
  description:
    'The replica of the database, if there is one: whether it receives changes, how far its replay is behind, what is set for it, and its sessions with a transaction.',
  kind: 'inspect',
  needs: ['replica'],
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'the replica of PostgreSQL' }),
  async run({ range }) {
    const status = await replicaOf(range).status()
    if (!status) return { summary: 'the database has no replica', rows: [] }
    const { isStreaming, isPaused, lagSeconds, waitingBytes, applyDelay, port, sessions } = status
    const receives = isStreaming ? 'receives changes' : 'receives no changes'
    const lag = lagSeconds === null ? 'has replayed none' : `replayed the last one ${Math.round(lagSeconds)} s ago`
    return {
      summary: `the replica at port ${port} ${receives}, and ${lag}; ${waitingBytes} bytes wait for replay; replay is ${isPaused ? 'paused' : 'not paused'}; recovery_min_apply_delay is ${applyDelay}`,
      rows: sessions.map(({ pid, application, state, seconds, query }) => ({ pid, application, state, transaction_s: seconds, query })),
    }
  },
})
