import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'

/** Prometheus no longer scrapes a component: its graphs end, and its alerts cannot fire. */
export const targetLost = defineFault({
  id: 'target-lost',
  title: 'A component is no longer scraped',
  effect: 'Graphs of one component end, and alerts on it are silent',
  category: 'observability',
  params: z.object({ component: shopComponentName }),
  plan: async ({ range }) => ({ before: await range.monitoring.unscraped() }),
  inject: async ({ range }, { component }) =>
    range.monitoring.setUnscraped([...new Set([...(await range.monitoring.unscraped()), component])]),
  revert: ({ range }, { before }) => range.monitoring.setUnscraped(before),
  observe: ({ range }) => range.monitoring.unscraped(),
})
