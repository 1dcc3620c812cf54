import { ValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import { ValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { serviceNames } from '../../../model/components.ts'
import type { Resource } from './documents.ts'
import { namespace, onCallAccount, onCallGuard } from './names.ts'
import { labels, roleOf } from './pod.ts'
import { isDatastore, workloads } from './ports.ts'

const deployments = workloads.filter((name) => !isDatastore(name))
const statefulSets = workloads.filter(isDatastore)
const looking = ['get', 'list', 'watch']
const changing = ['patch', 'update']

/**
 * What the on-call account may request from the API server: to read the shop's objects, and to change existing ones. It can create nothing, cannot
 * get into a container, and cannot read Secrets, accounts, EnvoyFilters (which are faults) and the agent's state. `guard` checks the content of
 * changes.
 */
export const onCallRules = [
  {
    apiGroups: [''],
    resources: [
      'pods',
      'events',
      'services',
      'endpoints',
      'persistentvolumeclaims',
      'resourcequotas',
      'limitranges',
      'replicationcontrollers',
    ],
    verbs: looking,
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: looking },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: looking },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['postgres', 'rabbitmq', 'postgres-exporter'], verbs: ['get'] },
  { apiGroups: [''], resources: ['services'], resourceNames: [...workloads], verbs: changing },
  { apiGroups: [''], resources: ['resourcequotas'], resourceNames: ['shop'], verbs: [...changing, 'delete'] },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'replicasets', 'controllerrevisions', 'daemonsets'], verbs: looking },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'deployments/scale'],
    resourceNames: [...deployments],
    verbs: ['get', ...changing],
  },
  {
    apiGroups: ['apps'],
    resources: ['statefulsets', 'statefulsets/scale'],
    resourceNames: [...statefulSets],
    verbs: ['get', ...changing],
  },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: looking },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['delete'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: looking },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], resourceNames: [...workloads], verbs: [...changing, 'delete'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: looking },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], resourceNames: [...workloads], verbs: [...changing, 'delete'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: looking },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], resourceNames: [...workloads], verbs: changing },
  { apiGroups: ['networking.istio.io'], resources: ['sidecars'], verbs: looking },
  { apiGroups: ['networking.istio.io'], resources: ['sidecars'], resourceNames: [...workloads], verbs: ['delete'] },
  ...(
    [
      ['networking.istio.io', ['virtualservices', 'destinationrules']],
      ['security.istio.io', ['peerauthentications', 'authorizationpolicies']],
    ] as const
  ).flatMap(([group, resources]) => [
    { apiGroups: [group], resources: [...resources], verbs: looking },
    // Except the policies for the agent's access.
    { apiGroups: [group], resources: [...resources], resourceNames: ['default', ...serviceNames], verbs: changing },
  ]),
]

/** Fields of a container that may be changed: with the others, a change could read what only the container may. */
const openInContainer = ['resources', 'env', 'livenessProbe', 'readinessProbe', 'startupProbe']
/** Fields of a pod that may be changed: not accounts or volumes, nor anything else that would give it more rights. */
const openInPod = ['containers', 'terminationGracePeriodSeconds', 'topologySpreadConstraints', 'affinity', 'nodeSelector', 'tolerations']
const openInService = ['ports', 'selector', 'publishNotReadyAddresses', 'sessionAffinity', 'sessionAffinityConfig', 'internalTrafficPolicy']
/** Environment variables that make a program run another one. */
const runsSomethingElse = '^(NODE_|LD_|DYLD_|BASH|ENV$|PATH$|PYTHON|PERL|RUBY|JAVA_|SSL_|OPENSSL_|GCONV_|LOCPATH|UV_|npm_).*'

const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`
/** Whether two maps are equal, apart from these fields. */
const same = (now: string, before: string, open: readonly string[]): string =>
  `${now}.all(k, k in ${list(open)} || (k in ${before} && ${before}[k] == ${now}[k])) && ${before}.all(k, k in ${list(open)} || k in ${now})`
const when = (kinds: readonly string[], holds: string): string =>
  `!(variables.kind in ${list(kinds)}) || request.operation != 'UPDATE' || (${holds})`

/** It runs no program that it did not run before, and its probes call only its own pod. */
const harmless = (probe: string): string => {
  const [now, before] = [`c.${probe}`, `b.${probe}`]
  const elsewhere = ['httpGet', 'tcpSocket'].map((way) => `(!has(${now}.${way}) || !has(${now}.${way}.host) || ${now}.${way}.host == '')`)
  return `(!has(${now}) || ((!has(${now}.exec) || (has(${before}) && has(${before}.exec) && ${before}.exec == ${now}.exec)) && ${elsewhere.join(' && ')}))`
}

/** A literal value, not a reference; only services may get new ones. */
const harmlessVariable = `request.name in ${list(serviceNames)} && !has(e.valueFrom) && !e.name.matches('${runsSomethingElse}') && (!has(e.value) || !e.value.contains('$('))`

const sameContainers = `variables.pod.containers.size() == variables.before.containers.size() && variables.pod.containers.all(c, variables.before.containers.exists(b, b.name == c.name && ${same('c', 'b', openInContainer)}))`
const harmlessContainers = `variables.pod.containers.all(c, variables.before.containers.exists(b, b.name == c.name && ${['livenessProbe', 'readinessProbe', 'startupProbe'].map(harmless).join(' && ')}))`
const harmlessEnvironments = `variables.pod.containers.all(c, !has(c.env) || c.env.all(e, variables.before.containers.exists(b, b.name == c.name && has(b.env) && e in b.env) || (${harmlessVariable})))`
const sameTemplate = (field: string, open: string): string => {
  const [now, before] = [`object.spec.template.metadata.${field}`, `oldObject.spec.template.metadata.${field}`]
  return `(!has(${now}) || ${now}.all(k, ${open} || (has(${before}) && k in ${before} && ${before}[k] == ${now}[k])))`
}
const sameFields = (...fields: string[]): string =>
  fields
    .map(
      (field) =>
        `(has(object.spec.${field}) ? has(oldObject.spec.${field}) && object.spec.${field} == oldObject.spec.${field} : !has(oldObject.spec.${field}))`,
    )
    .join(' && ')

const workloadKinds = ['deployments', 'statefulsets']
const validations = [
  {
    message: 'the on-call account may change existing objects of the shop, and create none',
    expression: "request.operation == 'UPDATE' || request.operation == 'DELETE'",
  },
  {
    message: 'these pods are not of the shop',
    expression: `variables.kind != 'pods' || (has(oldObject.metadata.labels) && 'app' in oldObject.metadata.labels && oldObject.metadata.labels['app'] in ${list([...workloads, 'job'])})`,
  },
  {
    message: 'owners and finalizers stay as they are',
    expression: `request.operation != 'UPDATE' || (${['ownerReferences', 'finalizers']
      .map(
        (field) =>
          `(!has(object.metadata.${field}) || (has(oldObject.metadata.${field}) && object.metadata.${field} == oldObject.metadata.${field}))`,
      )
      .join(' && ')})`,
  },
  {
    message: 'account, volumes and privileges of the pods stay as they are',
    expression: when(workloadKinds, same('variables.pod', 'variables.before', openInPod)),
  },
  {
    message: 'of containers, resources, variables and probes may be changed: images, commands and mounts stay as they are',
    expression: when(workloadKinds, sameContainers),
  },
  { message: 'a probe may run no other command, and ask no other host', expression: when(workloadKinds, harmlessContainers) },
  {
    message: 'variables take plain values, of services only, and none that makes Node run something else',
    expression: when(workloadKinds, harmlessEnvironments),
  },
  {
    message: 'annotations and labels of the pods stay as they are',
    expression: when(
      workloadKinds,
      `${sameTemplate('annotations', "k.startsWith('kubectl.kubernetes.io/')")} && ${sameTemplate('labels', "k == 'version'")}`,
    ),
  },
  { message: 'claims stay when their pods go', expression: when(['statefulsets'], sameFields('persistentVolumeClaimRetentionPolicy')) },
  {
    message: 'a Service leads to pods of the shop: its type and addresses stay as they are',
    expression: when(
      ['services'],
      `${same('object.spec', 'oldObject.spec', openInService)} && has(object.spec.selector) && 'app' in object.spec.selector && object.spec.selector['app'] in ${list(workloads)}`,
    ),
  },
  {
    message: 'a NetworkPolicy stays with its pods',
    expression: when(['networkpolicies'], 'object.spec.podSelector == oldObject.spec.podSelector'),
  },
  {
    message: 'an autoscaler stays with its workload',
    expression: when(['horizontalpodautoscalers'], 'object.spec.scaleTargetRef == oldObject.spec.scaleTargetRef'),
  },
  { message: 'a disruption budget stays with its pods', expression: when(['poddisruptionbudgets'], sameFields('selector')) },
  {
    message: 'a quota may be lifted and raised',
    expression: when(
      ['resourcequotas'],
      'object.spec.hard.all(k, k in oldObject.spec.hard && quantity(object.spec.hard[k]).compareTo(quantity(oldObject.spec.hard[k])) >= 0)',
    ),
  },
  {
    message: 'hosts and selectors of the mesh stay as they are',
    expression: when(
      ['virtualservices', 'destinationrules', 'peerauthentications', 'authorizationpolicies'],
      sameFields('hosts', 'host', 'gateways', 'exportTo', 'workloadSelector', 'selector', 'targetRef', 'targetRefs'),
    ),
  },
]

/** The account for terminals: what it may request, and which changes are admitted. */
export function onCallResources(): Resource[] {
  const appLabels = { ...labels('agent'), app: onCallAccount }
  const metadata = { name: onCallGuard, labels: { 'app.kubernetes.io/managed-by': 'firedrill' } }
  return [
    // Before the rights, so that nobody has them without it.
    new ValidatingAdmissionPolicy({
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: 'Namespaced' }],
        },
        matchConditions: [
          { name: onCallAccount, expression: `request.userInfo.username == 'system:serviceaccount:${namespace}:${onCallAccount}'` },
        ],
        variables: [
          {
            name: 'kind',
            expression:
              "has(request.subResource) && request.subResource != '' ? request.resource.resource + '/' + request.subResource : request.resource.resource",
          },
          { name: 'pod', expression: 'object.spec.template.spec' },
          { name: 'before', expression: 'oldObject.spec.template.spec' },
        ],
        validations,
      },
    }),
    new ValidatingAdmissionPolicyBinding({ metadata, spec: { policyName: onCallGuard, validationActions: ['Deny'] } }),
    new ServiceAccount({ metadata: { name: onCallAccount, namespace, labels: appLabels }, automountServiceAccountToken: false }),
    ...roleOf({ name: onCallAccount, namespace }, { namespace, labels: appLabels }, onCallRules),
  ]
}
