import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listDisruptionBudgets = defineAction({
  id: 'list-disruption-budgets',
  title: 'List PodDisruptionBudgets',
  description:
    'How many pods must stay when a node is drained, and how many evictions would be allowed now. `kubectl -n shop get poddisruptionbudgets`',
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const budgets = await clusterOf(range).budgets()
    const strict = budgets.filter(({ allowed }) => allowed === 0).length
    return { summary: `${budgets.length} budgets, ${strict} of them allow no eviction now`, rows: budgets.map((budget) => ({ ...budget })) }
  },
})
