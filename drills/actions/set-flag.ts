import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { definitionIn, flagName, flagsOf, givenTo, inWords, withDefinition } from '../flags.ts'

export const setFlag = defineAction({
  id: 'set-flag',
  title: 'Set a feature flag',
  description:
    'Gives a variant of a feature flag to all customers, or to a share of them. Services follow within a second, without a restart.',
  kind: 'change',
  needs: ['flags'],
  params: z.object({
    flag: flagName.describe('Feature flag'),
    variant: z.string().max(60).default('').describe('Variant, as "List feature flags" shows it; empty to change only the state'),
    percent: z.coerce.number().int().min(1).max(100).default(100).describe('Share of customers who get it, in percent'),
    state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED').describe('A disabled flag has the default in the code of its service'),
  }),
  async run({ range, by }, { flag, variant, percent, state }) {
    const port = flagsOf(range)
    const text = await port.read()
    const before = definitionIn(text, flag)
    if (before === null) throw new FiredrillError('bad-request', `there is no flag ${flag}`)
    const after = { ...(variant === '' ? before : givenTo(flag, before, { variant, percent })), state }
    await port.apply(withDefinition(text, flag, after), by)
    return { summary: `${flag}: ${inWords(before)} → ${inWords(after)}` }
  },
})
