import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'

export const rollBackMeshPolicy = defineAction({
  id: 'roll-back-mesh-policy',
  title: 'Roll back the mesh policy',
  description: 'Activates an earlier revision of the mesh policy; without a number, the previous one.',
  kind: 'change',
  params: z.object({ revision: z.number().int().min(0).optional().describe('Revision to activate; empty for the previous one') }),
  async run({ range, by }, { revision }) {
    const history = await range.mesh.history()
    const current = history.at(-1)
    const wanted =
      revision === undefined ? history.findLast(({ yaml }) => yaml !== current?.yaml) : history.find((known) => known.revision === revision)
    if (!wanted) {
      const known = history.map((one) => one.revision).join(', ')
      throw new FiredrillError(
        'bad-request',
        revision === undefined ? 'there is no policy before this one' : `there is no revision ${revision}: choose ${known}`,
      )
    }
    const applied = await range.mesh.apply(wanted.yaml, by)
    return { summary: `the mesh policy is as it was in revision ${wanted.revision}, now revision ${applied.revision}` }
  },
})
