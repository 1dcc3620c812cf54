import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { admitReplica, runningReplica } from '../replica.ts'

export const admitReplicaAction = defineAction({
  id: 'admit-replica',
  title: 'Let the replica log in',
  description:
    'Gives the role with which the replica connects to the primary the right to log in. The replica connects again by itself within seconds.',
  kind: 'change',
  needs: ['replica'],
  params: z.object({}),
  async run({ range }) {
    await runningReplica(range)
    const wasLocked = await admitReplica(range)
    return { summary: wasLocked ? 'the role replica may log in again' : 'the role replica was allowed to log in' }
  },
})
