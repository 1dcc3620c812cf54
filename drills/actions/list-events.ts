import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listEvents = defineAction({
  id: 'list-events',
  title: 'List events of the cluster',
  description:
    'What has recently happened to the shop in the cluster: probes that failed, pods that could not be created. `kubectl -n shop get events --sort-by=.lastTimestamp`',
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({ warnings: z.boolean().default(true).describe('Only warnings') }),
  async run({ range }, { warnings }) {
    const events = (await clusterOf(range).events()).filter(({ type }) => !warnings || type === 'Warning')
    return { summary: `${events.length} events`, rows: events.map(({ at, reason, object, message }) => ({ at, reason, object, message })) }
  },
})
