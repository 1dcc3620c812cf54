import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { FlagDefinition } from '../../shop/flag-format.ts'
import { definitionIn, flagName, flagsOf, givenTo, inWords, memberLevel, withDefinition } from '../flags.ts'

interface Undo {
  flag: string
  before: FlagDefinition | null
  injected: FlagDefinition
}

/** Gives a share of the customers, or all of them, another variant of a feature flag. The services follow within a second, without a restart. */
export const featureFlag = defineFault({
  id: 'feature-flag',
  title: 'A feature that is turned on',
  effect: 'Customers get a new feature, which works for few of them, or with few of them',
  category: 'config',
  params: z.object({
    flag: flagName.describe('Feature flag'),
    variant: z.string().min(1).max(60).describe('The variant that they get'),
    percent: z.number().int().min(1).max(100).default(100).describe('Share of customers, in percent'),
    member: memberLevel.optional().describe('Only members of this level, or any members; everybody by default'),
    by: z.string().min(1).max(60).default('product team').describe('Who changed it, for the log of changes'),
  }),
  needs: () => ['flags'],
  async plan({ range }, { flag, ...wanted }): Promise<Undo> {
    const before = definitionIn(await flagsOf(range).read(), flag)
    return { flag, before, injected: givenTo(flag, before, wanted) }
  },
  async inject({ range }, { by }, { flag, injected }) {
    const text = await flagsOf(range).read()
    if (!isDeepStrictEqual(definitionIn(text, flag), injected)) await flagsOf(range).apply(withDefinition(text, flag, injected), by)
  },
  // Only what still is as injected: the change of a trainee stays until the drill's end.
  async revert({ range }, { flag, before, injected }) {
    const text = await flagsOf(range).read()
    if (isDeepStrictEqual(definitionIn(text, flag), injected)) await flagsOf(range).apply(withDefinition(text, flag, before), 'firedrill')
  },
  observe: async ({ range }, { flag }) => inWords(definitionIn(await flagsOf(range).read(), flag)),
})
