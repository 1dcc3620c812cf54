import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listAutoscalers = defineAction({
  id: 'list-autoscalers',
  title: 'List autoscalers',
  description:
    'How many pods each HorizontalPodAutoscaler may have, has, and wants, and what keeps it from scaling. `kubectl -n shop get horizontalpodautoscalers`',
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const autoscalers = await clusterOf(range).autoscalers()
    return {
      summary: `${autoscalers.length} autoscalers, ${autoscalers.filter(({ problem }) => problem !== '').length} of them with a problem`,
      rows: autoscalers.map((autoscaler) => ({ ...autoscaler })),
    }
  },
})
