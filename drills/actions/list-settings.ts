import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'

export const listSettings = defineAction({
  id: 'list-settings',
  title: 'List settings',
  description: 'The settings of a service that differ from its defaults.',
  kind: 'inspect',
  params: z.object({ service: serviceName.describe('Service whose settings are listed') }),
  looksAt: ({ service }) => ({ view: 'deploys', component: service, detail: `the settings of ${service}` }),
  async run({ range }, { service }) {
    const rows = Object.entries(await range.config.get(service)).map(([key, value]) => ({ key, value }))
    const keys = rows.map(({ key }) => key).join(', ')
    return { summary: rows.length === 0 ? `${service} has its default settings` : `${service} has its own ${keys}`, rows }
  },
})
