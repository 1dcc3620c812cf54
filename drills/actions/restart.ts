import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { shopComponentName } from '../../model/components.ts'

export const restart = defineAction({
  id: 'restart',
  title: 'Restart a component',
  description: 'Stops a component gracefully and starts it again; starts it when it is not running.',
  kind: 'change',
  caution: 'Users of the component are refused for some seconds.',
  params: z.object({ component: shopComponentName.describe('Component to restart') }),
  async run({ range }, { component }) {
    await range.processes.restart(component)
    return { summary: `${component} was restarted` }
  },
})
