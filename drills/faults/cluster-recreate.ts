import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterOf, inOrder, manifestUndo } from '../cluster-edit.ts'

/** A service is deployed again with the strategy Recreate: no new pod is created before the last old one has stopped. */
export const clusterRecreate = defineFault({
  id: 'cluster-recreate',
  title: 'A rollout with the strategy Recreate',
  effect: 'A service is down until its old pods have stopped and the new ones have started',
  category: 'cluster',
  params: z.object({ service: serviceName.describe('Service that is deployed') }),
  // Without a mesh, callers may be sent to a pod that is stopping if there is no other.
  needs: () => ['cluster', 'mesh'],
  plan: async (_context, { service }) => ({
    refs: inOrder([{ kind: 'Deployment', name: service }]),
    // Decided once, so that injecting it again replaces no pods.
    restartedAt: new Date().toISOString(),
  }),
  inject: ({ range }, { service }, { restartedAt }) =>
    clusterOf(range).edit({
      kind: 'Deployment',
      name: service,
      patch: {
        spec: {
          strategy: { type: 'Recreate', rollingUpdate: null },
          template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } } },
        },
      },
    }),
  revert: (context, { refs }) => manifestUndo.revert(context, refs),
  observe: manifestUndo.observe,
})
