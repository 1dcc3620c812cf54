import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const inspectMonitoring = defineAction({
  id: 'inspect-monitoring',
  title: 'Look at the monitoring',
  description: 'Components that Prometheus does not scrape, and files of alerting rules in addition to the usual ones.',
  kind: 'inspect',
  params: z.object({}),
  async run({ range }) {
    const [unscraped, files] = await Promise.all([range.monitoring.unscraped(), range.monitoring.extraRules()])
    return {
      summary: `${unscraped.length} components are not scraped; ${files.length} files of rules in addition to the usual ones`,
      rows: [...unscraped.map((name) => ({ what: 'not scraped', name })), ...files.map((name) => ({ what: 'file of rules', name }))],
    }
  },
})
