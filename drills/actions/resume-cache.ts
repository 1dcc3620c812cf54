import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const resumeCache = defineAction({
  id: 'resume-cache',
  title: 'Resume the cache',
  description: 'Lets Redis serve clients again that it was told to pause.',
  kind: 'change',
  params: z.object({}),
  async run({ range }) {
    await range.cache.command('CLIENT', 'UNPAUSE')
    return { summary: 'Redis serves all clients' }
  },
})
