import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { backupsOf } from '../table-copy.ts'

export const dropRestored = defineAction({
  id: 'drop-restored',
  title: 'Drop the restored server',
  description: 'Stops the server that was restored beside the live one, and deletes its files. Base backups and archive stay.',
  kind: 'change',
  needs: ['backups'],
  params: z.object({}),
  async run({ range }) {
    const { restored } = await backupsOf(range).status()
    if (!restored) throw new FiredrillError('not-found', 'there is no restored server')
    await backupsOf(range).drop()
    return { summary: `the server restored to ${restored.until} was stopped and deleted` }
  },
})
