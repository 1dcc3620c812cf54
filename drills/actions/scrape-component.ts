import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { shopComponentName } from '../../model/components.ts'

export const scrapeComponent = defineAction({
  id: 'scrape-component',
  title: 'Scrape a component',
  description: 'Has Prometheus scrape a component that it does not.',
  kind: 'change',
  params: z.object({ component: shopComponentName.describe('Component to scrape') }),
  async run({ range }, { component }) {
    await range.monitoring.setUnscraped((await range.monitoring.unscraped()).filter((name) => name !== component))
    return { summary: `Prometheus scrapes ${component}` }
  },
})
