import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const flushCache = defineAction({
  id: 'flush-cache',
  title: 'Flush the cache',
  description: 'Empties Redis; everything is loaded from the database again.',
  kind: 'change',
  caution: 'The database gets all the load that the cache took, at once.',
  params: z.object({}),
  async run({ range }) {
    const keys = Number(await range.cache.command('DBSIZE'))
    await range.cache.command('FLUSHALL', 'ASYNC')
    return { summary: `${keys} keys were dropped` }
  },
})
