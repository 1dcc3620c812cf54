import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterOf, inOrder, manifestUndo } from '../cluster-edit.ts'

/**
 * The queue's network policy no longer allows a service. Existing connections stay open, so nobody notices; then its pods are replaced, as by any
 * deployment. Throws `unsupported` if the cluster's network plugin does not enforce policies, and changes nothing.
 */
export const clusterQueuePolicy = defineFault({
  id: 'cluster-queue-policy',
  title: 'A NetworkPolicy that blocks the queue',
  effect: 'New pods cannot reach RabbitMQ',
  category: 'cluster',
  params: z.object({
    service: z.enum(['orders', 'fulfilment']).describe('Service that is not let in'),
  }),
  needs: () => ['cluster'],
  plan: async (_context, { service }) => ({
    refs: inOrder([
      { kind: 'NetworkPolicy', name: 'rabbitmq' },
      { kind: 'Deployment', name: service },
    ]),
    // Decided once, so that injecting it again replaces no pods.
    restartedAt: new Date().toISOString(),
  }),
  async inject({ range }, { service }, { restartedAt }) {
    const cluster = clusterOf(range)
    if (!(await cluster.enforcesPolicies())) {
      const who = 'its network plugin has to, as Calico, Cilium and kube-router do'
      throw new FiredrillError('unsupported', `the cluster does not enforce NetworkPolicies: ${who}`)
    }
    const policy = (await cluster.networkPolicies()).find(({ name }) => name === 'rabbitmq')
    if (!policy?.from) throw new FiredrillError('unsupported', 'RabbitMQ has no NetworkPolicy that lets in by name')
    const from = policy.from.filter((app) => app !== service).map((app) => ({ podSelector: { matchLabels: { app } } }))
    await cluster.edit({ kind: 'NetworkPolicy', name: 'rabbitmq', patch: { spec: { ingress: [{ from }] } } })
    const restarted = { 'kubectl.kubernetes.io/restartedAt': restartedAt }
    await cluster.edit({
      kind: 'Deployment',
      name: service,
      patch: { spec: { template: { metadata: { annotations: restarted } } } },
    })
  },
  revert: (context, { refs }) => manifestUndo.revert(context, refs),
  observe: manifestUndo.observe,
})
