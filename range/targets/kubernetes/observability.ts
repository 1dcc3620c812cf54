import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { PriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1/PriorityClass'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IContainer } from 'kubernetes-models/v1/Container'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { defaultPortBase, portOffsets } from '../../context.ts'
import { namespace } from './names.ts'
import { databasesSecret, podSecurity, restricted, roleOf, type AllImages } from './pod.ts'

/** Where the monitoring runs, if that is in the cluster as well: a namespace of its own, which a drill cannot reach. */
export const watchNamespace = 'firedrill'
const name = 'observability'
/** The Secrets that let the two namespaces authenticate each other; created by the monitoring (`firedrill host invite --into-cluster`). */
export const invitationSecrets = { shop: 'agent-invitation', load: 'load-invitation' } as const

const ports = {
  'http-console': defaultPortBase + portOffsets.control,
  link: defaultPortBase + portOffsets.link,
}
const labels = (app: string) => ({ app, 'app.kubernetes.io/name': app, 'app.kubernetes.io/part-of': 'firedrill' })
const tmp = { name: 'tmp', mountPath: '/tmp' }
const data = { name: 'data', mountPath: '/data' }
const selectorOf = (app: string) => ({ matchLabels: { app } })

/** Monitoring is scheduled before the shop, and may evict parts of it rather than remain without a node. CPU is shared by requests. */
const watchesFirst = 'firedrill-watch'

const podOf = (account: string, containers: IContainer[], volumes: IPodSpec['volumes'] = []): IPodSpec => ({
  serviceAccountName: account,
  automountServiceAccountToken: account === name,
  ...(account === name ? { priorityClassName: watchesFirst } : {}),
  enableServiceLinks: false,
  // Its parts are stopped one after another.
  terminationGracePeriodSeconds: 60,
  securityContext: podSecurity,
  containers,
  volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes],
})

/** Its rights in the shop's namespace: to invite the agent. Everything else is done by the agent on its behalf. */
const invitingRules = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: ['shop', databasesSecret, invitationSecrets.shop], verbs: ['get', 'patch'] },
  { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['agent'], verbs: ['get', 'patch'] },
]
const ownRules = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [invitationSecrets.load], verbs: ['get', 'patch'] },
]

const roleIn = (space: string, rules: typeof invitingRules) =>
  roleOf({ name, namespace: watchNamespace }, { namespace: space, labels: labels(name) }, rules)

const common = { imagePullPolicy: 'IfNotPresent', securityContext: restricted } as const

/**
 * Monitoring and load, in the cluster as well: one pod with Prometheus, Alertmanager, the telemetry store, Locust and the control plane, as on a host
 * of their own, because a drill's guard starts and stops them together; and pods with more Locust workers.
 */
export const observability = (images: AllImages) => [
  new Namespace({
    metadata: {
      name: watchNamespace,
      labels: { 'app.kubernetes.io/managed-by': 'firedrill', 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  }),
  new PriorityClass({
    metadata: { name: watchesFirst, labels: labels(name) },
    value: 100_000,
    globalDefault: false,
    description: 'What watches the shop of Firedrill goes before it.',
  }),
  ...['observability', 'load'].map(
    (app) =>
      new ServiceAccount({ metadata: { name: app, namespace: watchNamespace, labels: labels(app) }, automountServiceAccountToken: false }),
  ),
  ...roleIn(watchNamespace, ownRules),
  ...roleIn(namespace, invitingRules),
  new Service({
    metadata: { name, namespace: watchNamespace, labels: labels(name) },
    spec: {
      selector: { app: name },
      // Hosts that dial it do not wait for readiness: it is not ready before the shop is.
      publishNotReadyAddresses: true,
      ports: Object.entries(ports).map(([label, port]) => ({ name: label, port, targetPort: port })),
    },
  }),
  watching(images),
  loading(images),
  new NetworkPolicy({ metadata: { name: 'default-deny', namespace: watchNamespace }, spec: { podSelector: {}, policyTypes: ['Ingress'] } }),
  new NetworkPolicy({
    metadata: { name, namespace: watchNamespace, labels: labels(name) },
    spec: {
      podSelector: selectorOf(name),
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: ports['http-console'] }] },
        {
          from: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } }, podSelector: selectorOf('agent') },
            { podSelector: selectorOf('load') },
          ],
          ports: [{ port: ports.link }],
        },
      ],
    },
  }),
]

function watching(images: AllImages): StatefulSet {
  return new StatefulSet({
    metadata: { name, namespace: watchNamespace, labels: labels(name) },
    spec: {
      serviceName: name,
      replicas: 1,
      selector: selectorOf(name),
      template: {
        metadata: { labels: labels(name) },
        spec: podOf(
          name,
          [
            {
              ...common,
              name: 'control',
              image: images.control,
              args: ['control'],
              env: [
                { name: 'FIREDRILL_CLUSTER', value: 'local' },
                { name: 'FIREDRILL_USERS', value: '30' },
                { name: 'FIREDRILL_LOAD_HOSTS', value: '1' },
              ],
              ports: Object.entries(ports).map(([label, containerPort]) => ({ name: label, containerPort })),
              readinessProbe: { tcpSocket: { port: ports['http-console'] }, periodSeconds: 3 },
              resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '3Gi' } },
              volumeMounts: [tmp, data],
            },
          ],
          [],
        ),
      },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '4Gi' } } },
        },
      ],
    },
  })
}

/** Locust workers that run the users. */
function loading(images: AllImages): Deployment {
  return new Deployment({
    metadata: { name: 'load', namespace: watchNamespace, labels: labels('load') },
    spec: {
      replicas: 1,
      selector: selectorOf('load'),
      template: {
        metadata: { labels: labels('load') },
        spec: podOf(
          'load',
          [
            {
              ...common,
              name: 'load',
              image: images.load,
              args: ['load'],
              resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '1Gi' } },
              volumeMounts: [tmp, data, { name: 'invitation', mountPath: '/invitations', readOnly: true }],
            },
          ],
          [
            { name: 'data', emptyDir: {} },
            { name: 'invitation', secret: { secretName: invitationSecrets.load } },
          ],
        ),
      },
    },
  })
}
