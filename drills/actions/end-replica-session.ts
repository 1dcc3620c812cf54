import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { replicaOf } from '../replica.ts'

export const endReplicaSession = defineAction({
  id: 'end-replica-session',
  title: 'Terminate a session on the replica',
  description: 'Ends one session of the replica of the database. Sessions on the primary are not affected.',
  kind: 'change',
  caution: 'Whatever the session was reading, it has to read again.',
  needs: ['replica'],
  params: z.object({
    pid: z.coerce.number().int().min(1).max(4_194_304).describe('Process id of the session, as "Show replication" lists it'),
  }),
  async run({ range }, { pid }) {
    const [ended] = await replicaOf(range).query<{ application: string }>(
      `select application_name as application, pg_terminate_backend(pid) from pg_stat_activity
       where pid = $1 and backend_type = 'client backend' and pid <> pg_backend_pid()`,
      [pid],
    )
    if (!ended) throw new FiredrillError('not-found', `the replica has no session ${pid}: show replication again`)
    return { summary: `session ${pid} of ${ended.application} was terminated` }
  },
})
