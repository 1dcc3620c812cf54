import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'

export const removeRules = defineAction({
  id: 'remove-rules',
  title: 'Remove alerting rules',
  description: 'Takes a file of rules out of Prometheus; "Look at the monitoring" lists them.',
  kind: 'change',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({ file: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/).describe('File of rules, as "Look at the monitoring" lists it') }),
  async run({ range }, { file }) {
    const files = await range.monitoring.extraRules()
    if (!files.includes(file))
      throw new FiredrillError('not-found', `there is no file of rules '${file}': choose ${files.join(', ') || 'none, there is none'}`)
    await range.monitoring.setExtraRules(file, null)
    return { summary: `the rules of '${file}' are out` }
  },
})
