import { KubeConfig } from '@kubernetes/client-node'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { schemaOwners } from '../../../shop/contract.ts'
import type { Invitation, LoadInvitation } from '../hosts/invitation.ts'
import { Cluster } from './cluster.ts'
import { invitationSecrets, watchNamespace } from './observability.ts'
import { namespace } from './names.ts'
import { databasesSecret } from './pod.ts'

const secret = (name: string, space: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: space },
  stringData,
})

/** Secrets that the shop's manifests need: the passwords of its datastores, and the agent's invitation. */
export const shopSecrets = (invited: Invitation) => [
  secret('shop', namespace, { POSTGRES_PASSWORD: invited.passwords.postgres, RABBITMQ_PASSWORD: invited.passwords.rabbitmq }),
  secret(databasesSecret, namespace, Object.fromEntries(schemaOwners.map((service) => [service, invited.passwords.postgres]))),
  secret(invitationSecrets.shop, namespace, { 'invitation.json': JSON.stringify(invited) }),
]

/**
 * Stores invitations in the cluster that this runs in (or that of KUBECONFIG), as the Secrets that the manifests need, and restarts an existing
 * agent, whose keys are outdated. Hosts of users are invited if they are in the cluster too. Throws `component-unreachable` or `forbidden` with the
 * API server's message.
 */
export async function introduce(invited: Invitation, load: LoadInvitation | null): Promise<void> {
  const config = new KubeConfig()
  try {
    config.loadFromDefault()
    if (!config.getCurrentCluster()) throw new Error('KUBECONFIG names no current cluster, and this runs in none')
  } catch (error) {
    throw new FiredrillError('bad-request', `no cluster: ${describeError(error)}`, { cause: error })
  }
  const shop = new Cluster(config, namespace)
  for (const one of shopSecrets(invited)) await shop.apply(one)
  if (load) await new Cluster(config, watchNamespace).apply(secret(invitationSecrets.load, watchNamespace, { load: JSON.stringify(load) }))
  const invitedAt = { 'firedrill/invited-at': new Date().toISOString() }
  const agent = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent', namespace } }
  if ((await shop.read(agent)) !== null)
    await shop.patchWorkload('Deployment', 'agent', { spec: { template: { metadata: { annotations: invitedAt } } } })
}
