import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'

export const terminateSession = defineAction({
  id: 'terminate-session',
  title: 'Terminate a database session',
  description: 'Ends one session of PostgreSQL; its transaction is rolled back and its locks are released.',
  kind: 'change',
  caution: 'Whatever the session was doing is lost.',
  params: z.object({ pid: z.coerce.number().int().min(1).describe('Process id of the session, as "List database sessions" shows it') }),
  async run({ range }, { pid }) {
    const rows = await range.database.query<{ application: string; ended: boolean }>(
      `select application_name as application, pg_terminate_backend(pid) as ended from pg_stat_activity
       where pid = $1 and datname = 'shop' and pid <> pg_backend_pid()`,
      [pid],
    )
    if (!rows[0]) throw new FiredrillError('not-found', `PostgreSQL has no session ${pid}: list the sessions again`)
    return { summary: `session ${pid} of ${rows[0].application} was terminated` }
  },
})
