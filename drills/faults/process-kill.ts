import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { stateOf } from '../component-state.ts'

/** Kills a component, as the kernel does when memory runs out: no shutdown, nothing flushed. */
export const processKill = defineFault({
  id: 'process-kill',
  title: 'Kill a component',
  effect: 'The component is down until somebody starts it',
  category: 'process',
  params: z.object({ component: shopComponentName.describe('Component that is killed') }),
  plan: async (_context, { component }) => ({ component }),
  inject: ({ range }, { component }) => range.processes.signal(component, 'SIGKILL'),
  revert: ({ range }, { component }) => range.processes.start(component),
  observe: ({ range }, { component }) => stateOf(range, component),
})
