import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { flagInWords, readFlags } from '../../shop/flag-format.ts'
import { flagsOf } from '../flags.ts'

export const listFlags = defineAction({
  id: 'list-flags',
  title: 'List feature flags',
  description: 'The feature flags that a service reads: who gets which variant, and who changed it when.',
  kind: 'inspect',
  needs: ['flags'],
  params: z.object({ service: serviceName.describe('Service whose flags are listed') }),
  looksAt: ({ service }) => ({ view: 'deploys', component: service, detail: `the feature flags of ${service}` }),
  async run({ range }, { service }) {
    const port = flagsOf(range)
    const [text, history] = await Promise.all([port.read(), port.history()])
    const known = Object.entries(readFlags(text)).filter(([, { metadata }]) => metadata['service'] === service)
    const changes = history.filter((change) => change.service === service)
    const rows = known.map(([flag, definition]) => {
      const last = changes.findLast((change) => change.flag === flag)
      return {
        flag,
        now: flagInWords(definition),
        variants: Object.keys(definition.variants).join(', '),
        changed: last ? `${last.at} by ${last.by}` : '',
        before: last ? last.from : '',
        what: String(definition.metadata['description'] ?? ''),
      }
    })
    const changed = new Set(changes.map(({ flag }) => flag))
    const told = changed.size === 0 ? 'none was changed' : `changed: ${[...changed].join(', ')}`
    return {
      summary: rows.length === 0 ? `${service} reads no feature flags` : `${service} reads ${rows.length} feature flags; ${told}`,
      rows,
    }
  },
})
