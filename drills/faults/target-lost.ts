import { z } from 'zod'
import { shopComponentName, type ComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'

const params = z.object({ component: shopComponentName.describe('Component that is no longer scraped') })

interface Undo {
  before: ComponentName[]
  /** Undo records of earlier versions lack it. */
  component?: ComponentName
}

/** Prometheus no longer scrapes a component: its graphs end, and its alerts cannot fire. */
export const targetLost = defineFault<typeof params, Undo>({
  id: 'target-lost',
  title: 'A component is no longer scraped',
  effect: 'Graphs of one component end, and alerts on it are silent',
  category: 'observability',
  params,
  plan: async ({ range }, { component }) => ({ before: await range.monitoring.unscraped(), component }),
  inject: async ({ range }, { component }) =>
    range.monitoring.setUnscraped([...new Set([...(await range.monitoring.unscraped()), component])]),
  async revert({ range }, { before, component }) {
    const now = await range.monitoring.unscraped()
    await range.monitoring.setUnscraped(component ? now.filter((name) => name !== component || before.includes(name)) : before)
  },
  observe: ({ range }) => range.monitoring.unscraped(),
})
