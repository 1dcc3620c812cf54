import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { namespace, onCallAccount } from './names.ts'
import type { Resource } from './documents.ts'
import { onCallResources } from './on-call-account.ts'
import { telemetryPort, sidecarMetricsPort, workloads } from './ports.ts'
import { databasesSecret, labels, maintenance, pod, restricted, roleOf, type Images } from './pod.ts'

/** What the agent may request from the API server, and nothing outside the shop's namespace. */
export const agentRules = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'patch', 'update'] },
  { apiGroups: [''], resources: ['resourcequotas'], resourceNames: ['shop'], verbs: ['create', 'get', 'patch', 'delete'] },
  // Terminals use the on-call account.
  { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [onCallAccount], verbs: ['create'] },
  // Drills practise rotating a password: of the services' database roles, and no other.
  { apiGroups: [''], resources: ['secrets'], resourceNames: [databasesSecret], verbs: ['patch'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
  // For the shop's own pods: the default policy and the agent's own stay unchanged.
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], resourceNames: [...workloads], verbs: ['get', 'patch', 'update'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: ['get', 'list', 'patch', 'update'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['agent-state'], verbs: ['get', 'patch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'create', 'delete'] },
  {
    apiGroups: ['networking.istio.io'],
    resources: ['virtualservices', 'destinationrules', 'envoyfilters', 'sidecars'],
    verbs: ['get', 'list', 'create', 'patch', 'update', 'delete'],
  },
  {
    apiGroups: ['security.istio.io'],
    resources: ['peerauthentications', 'authorizationpolicies'],
    verbs: ['get', 'list', 'create', 'patch', 'update', 'delete'],
  },
]

/** The rights of the node-drain job: to evict pods, and to pause the worker meanwhile. */
const maintenanceRules = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['fulfilment'], verbs: ['get', 'patch'] },
]

/** An account with its rights in the namespace. */
const account = (name: string, appLabels: Record<string, string>, rules: typeof agentRules): Resource[] => [
  new ServiceAccount({ metadata: { name, namespace, labels: appLabels }, automountServiceAccountToken: false }),
  ...roleOf({ name, namespace }, { namespace, labels: appLabels }, rules),
]

/** The agent with its rights, and those of the node-drain job. */
export function agent(images: Images): Resource[] {
  const name = 'agent'
  return [
    ...account(name, labels(name), agentRules),
    ...account(maintenance, { ...labels('agent'), app: 'job' }, maintenanceRules),
    ...onCallResources(),
    new ConfigMap({ metadata: { name: 'agent-state', namespace, labels: labels(name) } }),
    new Service({
      metadata: { name, namespace, labels: labels(name) },
      spec: { selector: { app: name }, ports: [{ name: 'http-otlp', port: telemetryPort, targetPort: telemetryPort }] },
    }),
    new Deployment({
      metadata: { name, namespace, labels: labels(name) },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        // One at a time: two would both act as the shop's host.
        strategy: { type: 'Recreate' },
        template: pod({
          name,
          token: true,
          // A sidecar's metrics are requested directly: its port is not in the mesh.
          annotations: { 'traffic.sidecar.istio.io/excludeOutboundPorts': String(sidecarMetricsPort) },
          containers: [
            {
              name,
              image: images.shop,
              imagePullPolicy: 'IfNotPresent',
              command: ['/usr/local/bin/node', '--disable-warning=ExperimentalWarning', '/app/control/agent/kubernetes.ts'],
              env: [
                { name: 'FIREDRILL_INVITATION', value: '/etc/firedrill/invitation.json' },
                { name: 'SHOP_IMAGE', value: images.shop },
                { name: 'DATASTORES_IMAGE', value: images.datastores },
              ],
              ports: [{ name: 'http-otlp', containerPort: telemetryPort }],
              readinessProbe: { tcpSocket: { port: telemetryPort }, periodSeconds: 3 },
              resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '384Mi' } },
              securityContext: restricted,
              volumeMounts: [
                { name: 'tmp', mountPath: '/tmp' },
                { name: 'invitation', mountPath: '/etc/firedrill', readOnly: true },
              ],
            },
          ],
          volumes: [{ name: 'invitation', secret: { secretName: 'agent-invitation' } }],
        }),
      },
    }),
  ]
}
