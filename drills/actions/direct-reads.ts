import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { addressOf, readFrom, runningReplica } from '../replica.ts'

export const directReads = defineAction({
  id: 'direct-reads',
  title: "Direct catalog's reads",
  description:
    'Restarts catalog so that it reads products and prices from the primary database or from its replica. It writes to the primary in any case.',
  kind: 'change',
  needs: ['replica'],
  params: z.object({ server: z.enum(['primary', 'replica']).default('primary').describe('Server that catalog reads from') }),
  async run({ range, by }, { server }) {
    await readFrom(range, server === 'primary' ? null : addressOf(await runningReplica(range)), by)
    return { summary: `catalog reads from the ${server}` }
  },
})
