import type { FlagsPort } from '../../../model/range.ts'
import { baselineFlags, flagChanges, flagServices, writeFlags } from '../../flags.ts'
import { mustBeUnchanged } from '../../unchanged.ts'
import type { LocalTarget } from './target.ts'

/** The flags on this machine: the range's own record, and a copy for each service that reads flags, which it follows. */
export function localFlags({ context, state }: LocalTarget): FlagsPort {
  const fresh = () => baselineFlags(context.root)
  const now = () => state.flags()?.text ?? fresh()
  const push = (text: string) => flagServices.forEach((service) => writeFlags(context, service, text))
  return {
    read: async () => now(),
    baseline: fresh,
    history: async () => state.flags()?.changes ?? [],
    async apply(text, by, ifIs) {
      const before = now()
      mustBeUnchanged('feature flags', before, ifIs)
      const changes = flagChanges(before, text, by)
      // Recorded first: if this ends here, the next reset still restores it.
      if (text !== before) state.setFlags({ text, changes: [...(state.flags()?.changes ?? []), ...changes] })
      push(text)
      return changes
    },
    async reset() {
      if (state.flags() !== null) state.setFlags(null)
      push(fresh())
    },
  }
}
