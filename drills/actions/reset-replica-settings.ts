import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { resetReplicaSettings, runningReplica } from '../replica.ts'

export const resetReplicaSettingsAction = defineAction({
  id: 'reset-replica-settings',
  title: "Reset the replica's settings",
  description: 'Removes what was set on the replica of the database with ALTER SYSTEM. It takes effect without a restart.',
  kind: 'change',
  needs: ['replica'],
  params: z.object({}),
  async run({ range }) {
    await runningReplica(range)
    await resetReplicaSettings(range)
    return { summary: 'the replica has only the settings of its configuration file' }
  },
})
