import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listPods = defineAction({
  id: 'list-pods',
  title: 'List pods',
  description:
    "The shop's pods: how many of their containers are ready, how often they were restarted, and why they wait. `kubectl -n shop get pods`",
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const pods = await clusterOf(range).pods()
    return {
      summary: `${pods.length} pods, ${pods.filter(({ reason }) => reason !== '').length} of them with a problem`,
      rows: pods.map(({ name, phase, ready, restarts, reason, ageSeconds }) => ({
        name,
        phase,
        ready,
        restarts,
        reason,
        age: `${ageSeconds} s`,
      })),
    }
  },
})
