import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { serviceNames } from '../../../model/components.ts'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { meshNamespace } from '../../../model/mesh.ts'
import { until } from '../../../model/until.ts'
import type { Answer } from './echo.ts'
import { marked, untilMarked, workloads, type DataPlane } from './plane.ts'

const servicePort = 8080
const controlPort = 9090
const outside = 'firedrill-outside'
const kinds = ['virtualservice', 'destinationrule', 'peerauthentication', 'authorizationpolicy']

interface IstioOptions {
  /** Kubeconfig of a cluster with Istio, whose user may create namespaces. */
  kubeconfig: string
  /** An image with Node 24 or later as `node`. */
  image: string
  /** Other programs than those on PATH. */
  kubectl?: string
}

/**
 * A real Istio: the same services as pods with its sidecars, in a namespace that must not exist yet and is removed afterwards, and one pod outside
 * the mesh. They are controlled through `kubectl port-forward`, bypassing their sidecars.
 */
export async function startIstioPlane({ kubeconfig, image, kubectl = 'kubectl' }: IstioOptions): Promise<DataPlane> {
  const run: Run = (args, input) => runKubectl({ kubectl, kubeconfig }, args, input)
  await requireFree(run)
  const forwards: ChildProcess[] = []
  const ports = new Map<string, number>()
  const close = async () => {
    for (const child of forwards) child.kill('SIGTERM')
    await run(['delete', 'namespace', meshNamespace, outside, '--ignore-not-found', '--wait=true', '--timeout=120s'])
  }
  try {
    await run(['apply', '--filename', '-'], stringifyAll(manifests(image)))
    for (const namespace of [meshNamespace, outside])
      await run(['--namespace', namespace, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=90s'])
    for (const name of [...workloads, 'outside']) {
      const { child, port } = await forward(kubectl, kubeconfig, name === 'outside' ? outside : meshNamespace, name)
      forwards.push(child)
      ports.set(name, port)
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
  const tell = async <Body>(name: string, what: string, body: unknown = {}): Promise<Body> =>
    (await (await fetch(`http://127.0.0.1:${ports.get(name)}/${what}`, { method: 'POST', body: JSON.stringify(body) })).json()) as Body
  const url = `http://inventory.${meshNamespace}:${servicePort}/stock`
  const plane: Omit<DataPlane, 'apply'> = {
    name: 'istio',
    call: (from, { count = 1, atOnce = 1, headers = {} } = {}) => tell<Answer[]>(from, 'call', { url, count, atOnce, headers }),
    behave: (behaviour) => tell('inventory', 'behave', behaviour),
    received: async () => (await tell<{ received: number }>('inventory', 'received')).received,
    plaintext: async () => (await tell<Answer[]>('outside', 'call', { url, count: 1, atOnce: 1 }))[0]?.status ?? 0,
    [Symbol.asyncDispose]: close,
  }
  let revision = 0
  const admin = (path: string) =>
    run([
      '--namespace',
      meshNamespace,
      'exec',
      'deployment/inventory',
      '--container',
      'istio-proxy',
      '--',
      'pilot-agent',
      'request',
      'GET',
      path,
    ])
  /** Waits until the callee's proxy has only the listeners of that policy, and no connection uses earlier ones. */
  const untilReceived = async (marker: string): Promise<void> => {
    const isThere = async () => {
      const marks = new Set((await admin('config_dump?resource=dynamic_listeners')).match(/policy\[mark-\d+\]/g))
      if (marks.size !== 1 || !marks.has(`policy[${markOf(marker)}]`)) return false
      const draining = await admin('stats?filter=draining')
      return [...draining.matchAll(/^listener_manager\.\S+: (\d+)$/gm)].every(([, count]) => count === '0')
    }
    await until(`inventory to go by policy ${marker}`, 60_000, isThere, 250)
  }
  return {
    ...plane,
    async apply(yaml) {
      const marker = String(++revision)
      const text = `${marked(yaml, marker)}---\n${stringify(receiverMark(marker))}`
      await run(['--namespace', meshNamespace, 'apply', '--filename', '-'], text)
      const wanted = new Set(
        parseAllDocuments(text).map((document) => {
          // Safe: the policy was validated with Istio's own schemas.
          const { kind, metadata } = document.toJS() as { kind: string; metadata: { name: string } }
          return `${kind.toLowerCase()}/${metadata.name}`
        }),
      )
      const there = (await run(['--namespace', meshNamespace, 'get', kinds.join(','), '--output', 'name'])).split('\n').filter(Boolean)
      const left = there.map((name) => name.replace(/\.[a-z.]+\//, '/')).filter((name) => !wanted.has(name))
      if (left.length > 0) await run(['--namespace', meshNamespace, 'delete', ...left])
      await Promise.all([untilMarked(plane, marker), untilReceived(marker)])
    },
  }
}

type Run = (args: string[], input?: string) => Promise<string>

/** Resolves to its output. */
const runKubectl = ({ kubectl = 'kubectl', kubeconfig }: Omit<IstioOptions, 'image'>, args: string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(kubectl, ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error
        ? reject(new FiredrillError('component-failed', `kubectl ${args.join(' ')}: ${stderr.trim() || describeError(error)}`))
        : resolve(stdout),
    )
    child.stdin?.end(input)
  })

/** Throws `conflict` if the cluster has one of the namespaces. */
async function requireFree(run: Run): Promise<void> {
  for (const namespace of [meshNamespace, outside]) {
    if ((await run(['get', 'namespace', namespace, '--ignore-not-found', '--output', 'name'])).trim() !== '')
      throw new FiredrillError(
        'conflict',
        `the cluster has a namespace '${namespace}': it is left alone; remove it, or use another cluster`,
      )
  }
}

/**
 * A marker of a policy at the callee, because the marked route exists only at callers: refuses requests that ask for it. It is the last document of
 * the policy, and a proxy applies its listeners as a whole.
 */
const receiverMark = (marker: string) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name: markOf(marker) },
  spec: {
    selector: { matchLabels: { app: 'inventory' } },
    action: 'DENY',
    rules: [{ when: [{ key: 'request.headers[x-conformance-refused]', values: [marker] }] }],
  },
})
const markOf = (marker: string) => `mark-${marker}`

/** The local port that leads to the control port of a pod; kubectl chooses it. */
function forward(kubectl: string, kubeconfig: string, namespace: string, name: string): Promise<{ child: ChildProcess; port: number }> {
  const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, 'port-forward', `deployment/${name}`, `:${controlPort}`]
  const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (chunk: Buffer) => {
      said += chunk.toString()
      const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port) resolve({ child, port: Number(port) })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => reject(new FiredrillError('component-failed', `kubectl port-forward to ${name} ended: ${said.trim()}`)))
  })
}

const stringifyAll = (documents: object[]): string => documents.map((document) => stringify(document)).join('---\n')

/** Namespaces, service accounts, services and pods: all services of the shop, so that every reference in its policy exists. */
function manifests(image: string): object[] {
  const echo = readFileSync(path.join(import.meta.dirname, 'echo.ts'), 'utf8')
  const space = (namespace: string, injected: boolean) => [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { 'istio-injection': injected ? 'enabled' : 'disabled', 'app.kubernetes.io/managed-by': 'firedrill' },
      },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'echo', namespace }, data: { 'echo.ts': echo } },
  ]
  const workload = (name: string, namespace: string, version: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name, version },
          annotations: {
            'traffic.sidecar.istio.io/excludeInboundPorts': String(controlPort),
            // One worker, as in the local proxies: circuit breakers count per worker. What a policy replaces is drained immediately, and not for 45
            // seconds.
            'proxy.istio.io/config': 'concurrency: 1\ndrainDuration: 1s',
          },
        },
        spec: {
          serviceAccountName: namespace === meshNamespace ? name : 'default',
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'echo',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['node', '/echo/echo.ts'],
              env: [
                { name: 'SERVICE_PORT', value: String(servicePort) },
                { name: 'CONTROL_PORT', value: String(controlPort) },
              ],
              ports: [{ containerPort: servicePort }, { containerPort: controlPort }],
              readinessProbe: { tcpSocket: { port: controlPort }, periodSeconds: 1 },
              volumeMounts: [{ name: 'echo', mountPath: '/echo' }],
            },
          ],
          volumes: [{ name: 'echo', configMap: { name: 'echo' } }],
        },
      },
    },
  })
  return [
    ...space(meshNamespace, true),
    ...space(outside, false),
    ...serviceNames.flatMap((name) => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: meshNamespace } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: meshNamespace, labels: { app: name } },
        spec: { selector: { app: name }, ports: [{ name: 'http', port: servicePort, targetPort: servicePort }] },
      },
    ]),
    ...serviceNames.map((name) => workload(name, meshNamespace, name === 'inventory' ? '1.4.0' : '1.0.0')),
    workload('outside', outside, '1.0.0'),
  ]
}
