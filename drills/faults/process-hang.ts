import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { stateOf } from '../component-state.ts'

/** Suspends a component: its connections stay open and nothing is answered, like a host that swaps to death. */
export const processHang = defineFault({
  id: 'process-hang',
  title: 'Hang a component',
  effect: 'The component accepts connections and answers nothing',
  category: 'process',
  params: z.object({ component: shopComponentName.describe('Component whose process is suspended') }),
  plan: async (_context, { component }) => ({ component }),
  inject: ({ range }, { component }) => range.processes.signal(component, 'SIGSTOP'),
  async revert({ range }, { component }) {
    await range.processes.signal(component, 'SIGCONT')
    await range.processes.start(component)
  },
  observe: ({ range }, { component }) => stateOf(range, component),
})
