/** Attempts with kubectl in a terminal that must be refused: each fails, prints the reason, and nothing else. */
interface Attempt {
  title: string
  command: string
  /** If the refusal is not the server's own. */
  refused?: RegExp
}

/** By the API server's rights or its guard. */
export const refusedByServer =
  /Forbidden|forbidden|denied request|ValidatingAdmissionPolicy|unable to upgrade|is not available to the on-call account|belongs to the monitoring|gets? into a container/

/** If the pod does not run, kubectl sends no request. */
const noForward = /gets? into a container|is not running/

const patch = (resource: string, body: unknown, type = 'strategic'): string =>
  `kubectl patch ${resource} --type ${type} -p '${JSON.stringify(body)}'`
const container = (fields: object, name = 'catalog') => ({ spec: { template: { spec: { containers: [{ name, ...fields }] } } } })
const template = (spec: object) => ({ spec: { template: { spec } } })
const newPod = (spec: object) =>
  `echo '${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mine' }, spec: { containers: [{ name: 'a', image: 'firedrill/shop:0.1.0' }], ...spec } })}' | kubectl create -f -`
const agentPod = "$(kubectl get pods -l app=agent -o jsonpath='{.items[0].metadata.name}')"
const raw = (path: string) => `kubectl get --raw '${path}'`

export const attempts: readonly Attempt[] = [
  // Secrets, and what reveals a drill.
  { title: 'list secrets', command: 'kubectl get secrets' },
  { title: 'read the secret of the agent', command: 'kubectl get secret agent-invitation -o yaml' },
  { title: 'read the passwords of the data stores', command: 'kubectl get secret shop databases -o yaml' },
  { title: 'watch secrets', command: 'kubectl get secrets --watch --request-timeout=5s' },
  { title: 'read what the agent remembers', command: 'kubectl get configmap agent-state -o yaml' },
  { title: 'list ConfigMaps', command: 'kubectl get configmaps -o yaml' },
  { title: 'read faults of the mesh', command: raw('/apis/networking.istio.io/v1alpha3/namespaces/shop/envoyfilters') },
  { title: 'read the log of the agent', command: `kubectl logs ${agentPod}` },
  { title: 'read it by a path that is written otherwise', command: raw(`/api/v1/namespaces/shop/pods/%61gent-x/log`) },
  // Tokens and accounts.
  {
    title: 'ask for a token of the agent',
    command: `kubectl create --raw /api/v1/namespaces/shop/serviceaccounts/agent/token -f - <<<'{}'`,
  },
  {
    title: 'ask for a token of its own',
    command: `kubectl create --raw /api/v1/namespaces/shop/serviceaccounts/on-call/token -f - <<<'{}'`,
  },
  { title: 'be the agent', command: 'kubectl get secrets --as system:serviceaccount:shop:agent' },
  { title: 'be an administrator', command: 'kubectl get pods --as admin --as-group system:masters' },
  { title: 'read the rights of others', command: 'kubectl get roles,rolebindings -o yaml' },
  { title: 'give itself rights', command: 'kubectl create rolebinding mine --clusterrole admin --serviceaccount shop:on-call' },
  {
    title: 'change the guard',
    command: 'kubectl delete --raw /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/firedrill-on-call',
  },
  // Into pods.
  { title: 'run something in the agent', command: `kubectl exec ${agentPod} -- cat /etc/firedrill/invitation.json` },
  { title: 'run something in the shop', command: 'kubectl exec deploy/orders -- env' },
  { title: 'attach to the agent', command: `kubectl attach ${agentPod}` },
  { title: 'copy out of the agent', command: `kubectl cp ${agentPod}:/etc/firedrill/invitation.json /tmp/x` },
  { title: 'forward a port of the agent', command: `timeout 10 kubectl port-forward ${agentPod} 4318`, refused: noForward },
  { title: 'forward a port of a sidecar', command: 'timeout 10 kubectl port-forward deploy/orders 15000', refused: noForward },
  { title: 'reach the agent through the API server', command: raw('/api/v1/namespaces/shop/services/agent:4318/proxy/') },
  {
    title: 'reach it through a proxy of its own',
    command: `(kubectl proxy --port 8009 >/dev/null & echo $! >/tmp/proxy; sleep 1; curl -sS --fail-with-body http://127.0.0.1:8009/api/v1/namespaces/shop/secrets; status=$?; kill $(cat /tmp/proxy); exit $status)`,
  },
  {
    title: 'add a container to a pod that runs',
    command: `kubectl patch --raw 2>/dev/null; curl -sS --fail-with-body -X PATCH -H 'content-type: application/strategic-merge-patch+json' -d '{"spec":{"ephemeralContainers":[{"name":"x","image":"firedrill/shop:0.1.0","targetContainerName":"agent"}]}}' http://kubernetes/api/v1/namespaces/shop/pods/${agentPod}/ephemeralcontainers`,
  },
  // Creating objects.
  { title: 'make a pod', command: newPod({}) },
  {
    title: 'make a Sidecar of the mesh',
    command: `kubectl create --raw /apis/networking.istio.io/v1/namespaces/shop/sidecars -f - <<<'{}'`,
  },
  { title: 'end a Sidecar of all', command: 'kubectl delete --raw /apis/networking.istio.io/v1/namespaces/shop/sidecars/default' },
  { title: 'make a pod as the agent', command: newPod({ serviceAccountName: 'agent' }) },
  {
    title: 'make a pod with the secret of the agent',
    command: newPod({ volumes: [{ name: 'v', secret: { secretName: 'agent-invitation' } }] }),
  },
  { title: 'make a Job', command: 'kubectl create job mine --image firedrill/shop:0.1.0 -- env' },
  { title: 'make a Deployment', command: 'kubectl create deployment mine --image firedrill/shop:0.1.0' },
  {
    title: 'make an autoscaler of the agent',
    command: `echo '{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"agent"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"agent"}}}' | kubectl create -f -`,
  },
  // Changing objects so that they reveal more.
  { title: 'give pods the account of the agent', command: patch('deploy catalog', template({ serviceAccountName: 'agent' })) },
  { title: 'give pods a token', command: patch('deploy catalog', template({ automountServiceAccountToken: true })) },
  {
    title: 'mount the secret of the agent',
    command: patch('deploy catalog', template({ volumes: [{ name: 'v', secret: { secretName: 'agent-invitation' } }] })),
  },
  {
    title: 'replace what is mounted by it',
    command: patch(
      'deploy catalog',
      [{ op: 'replace', path: '/spec/template/spec/volumes/0', value: { name: 'tmp', secret: { secretName: 'agent-invitation' } } }],
      'json',
    ),
  },
  { title: 'mount the host', command: patch('deploy catalog', template({ volumes: [{ name: 'v', hostPath: { path: '/' } }] })) },
  {
    title: 'have a secret in a variable',
    command: patch(
      'deploy catalog',
      container({ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'agent-invitation', key: 'invitation.json' } } }] }),
    ),
  },
  {
    title: 'have a whole secret in variables',
    command: patch('deploy catalog', container({ envFrom: [{ secretRef: { name: 'agent-invitation' } }] })),
  },
  {
    title: 'have a password logged',
    command: patch('deploy catalog', container({ env: [{ name: 'SERVICE_VERSION', value: '$(POSTGRES_PASSWORD)' }] })),
  },
  { title: 'have Node listen to a debugger', command: 'kubectl set env deploy/catalog NODE_OPTIONS=--inspect=0.0.0.0:8080' },
  { title: 'run another program', command: patch('deploy catalog', container({ command: ['/usr/bin/env'] })) },
  { title: 'run another image', command: 'kubectl set image deploy/catalog catalog=firedrill/datastores:0.1.0' },
  {
    title: 'run something by a probe',
    command: patch('deploy catalog', container({ livenessProbe: { httpGet: null, exec: { command: ['env'] } } })),
  },
  {
    title: 'run something as it ends',
    command: patch('deploy catalog', container({ lifecycle: { preStop: { sleep: null, exec: { command: ['env'] } } } })),
  },
  {
    title: 'have a file told as the reason of an end',
    command: patch('deploy catalog', container({ terminationMessagePath: '/proc/1/environ' })),
  },
  { title: 'add a container', command: patch('deploy catalog', container({ image: 'firedrill/shop:0.1.0', command: ['env'] }, 'more')) },
  {
    title: 'add one that runs first',
    command: patch('deploy catalog', template({ initContainers: [{ name: 'a', image: 'firedrill/shop:0.1.0', command: ['env'] }] })),
  },
  {
    title: 'be privileged',
    command: patch('deploy catalog', container({ securityContext: { privileged: true, allowPrivilegeEscalation: true } })),
  },
  { title: 'have the network of the host', command: patch('deploy catalog', template({ hostNetwork: true })) },
  {
    title: 'have the sidecar mount a secret',
    command: patch('deploy catalog', { spec: { template: { metadata: { annotations: { 'sidecar.istio.io/userVolume': '{}' } } } } }),
  },
  {
    title: 'have a Deployment collected with its owner',
    command: patch('deploy catalog', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '0' }] } }),
  },
  // The agent, and what protects it.
  { title: 'delete the agent', command: 'kubectl delete deployment agent' },
  { title: 'delete its pod', command: `kubectl delete pod ${agentPod}` },
  { title: 'have none of it', command: 'kubectl scale deployment agent --replicas 0' },
  { title: 'restart it', command: 'kubectl rollout restart deployment agent' },
  { title: 'change it', command: patch('deploy agent', { spec: { paused: true } }) },
  { title: 'delete a Deployment', command: 'kubectl delete deployment orders' },
  { title: 'delete a claim', command: 'kubectl delete persistentvolumeclaim data-postgres-0' },
  { title: 'let everybody in', command: 'kubectl delete networkpolicy default-deny' },
  { title: 'let everybody in to the agent', command: patch('networkpolicy agent', { spec: { ingress: [{}] } }, 'merge') },
  {
    title: 'have the policy of another for the agent',
    command: patch('networkpolicy catalog', { spec: { podSelector: { matchLabels: { app: 'agent' } } } }, 'merge'),
  },
  { title: 'lead a Service to the agent', command: patch('service catalog', { spec: { selector: { app: 'agent' } } }, 'merge') },
  {
    title: 'lead a Service out of the shop',
    command: patch('service catalog', { spec: { type: 'ExternalName', externalName: 'example.com' } }, 'merge'),
  },
  { title: 'change the Service of the agent', command: patch('service agent', { spec: { ports: [{ port: 1 }] } }, 'merge') },
  // The rest of the cluster.
  { title: 'see nodes', command: 'kubectl get nodes' },
  { title: 'see namespaces', command: 'kubectl get namespaces' },
  { title: 'see all pods', command: 'kubectl get pods --all-namespaces' },
  { title: 'see those of the system', command: 'kubectl get pods --namespace kube-system' },
  { title: 'make something elsewhere', command: 'kubectl --namespace default create configmap mine' },
  { title: 'delete the namespace', command: 'kubectl delete namespace shop' },
  { title: 'read the metrics of the API server', command: raw('/metrics') },
  { title: 'leave by a path', command: raw('/api/v1/namespaces/shop/../kube-system/secrets') },
]
