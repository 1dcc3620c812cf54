import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { letCountOn, sequences } from '../database-sequences.ts'

export const extendSequence = defineAction({
  id: 'extend-sequence',
  title: 'Extend a sequence',
  description: 'Lets the counter behind a key go on to the end of its type; "List sequences" names them.',
  kind: 'change',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({ sequence: z.string().regex(/^[a-z_]{1,40}\.[a-z_]{1,60}$/, 'schema.sequence').describe('Sequence, as schema.sequence') }),
  async run({ range }, { sequence }) {
    const names = (await sequences(range)).map(({ name }) => name)
    if (names.length > 0 && !names.includes(sequence))
      throw new FiredrillError('not-found', `there is no sequence '${sequence}': choose ${names.join(' or ')}`)
    await letCountOn(range, sequence)
    return { summary: `${sequence} counts on` }
  },
})
