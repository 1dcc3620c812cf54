import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { replicaOf, runningReplica } from '../replica.ts'

export const resumeReplay = defineAction({
  id: 'resume-replay',
  title: 'Resume replay on the replica',
  description: 'Calls pg_wal_replay_resume() on the replica of the database. Without a pause, it has no effect.',
  kind: 'change',
  needs: ['replica'],
  params: z.object({}),
  async run({ range }) {
    const { isPaused } = await runningReplica(range)
    await replicaOf(range).query('select pg_wal_replay_resume()')
    return { summary: isPaused ? 'the replica replays changes again' : 'replay was not paused' }
  },
})
