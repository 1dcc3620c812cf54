import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { onCallApi } from '../../control/agent/on-call-api.ts'
import { projectRoot } from '../../control/paths.ts'
import { paperContext } from '../../control/replay/paper-context.ts'
import { until } from '../../model/until.ts'
import { makeLinkKeys } from '../../range/targets/hosts/keys.ts'
import { Cluster } from '../../range/targets/kubernetes/cluster.ts'
import { deployShop, openCluster, removeShop } from '../../range/targets/kubernetes/deploy.ts'
import { handmadeOf } from '../../range/targets/kubernetes/handmade.ts'
import { namespace } from '../../range/targets/kubernetes/names.ts'
import { workloads } from '../../range/targets/kubernetes/ports.ts'
import { StateMap } from '../../range/targets/kubernetes/state.ts'
import { refuseOperator } from '../../shell/operator/serve.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { Shells } from '../../shell/shells.ts'
import { attempts, refusedByServer } from './kubectl-attempts.ts'
import { ok, run } from './test-range.ts'

/**
 * kubectl in a real jail, against a real API server with its controllers: with `KUBERNETES_KUBECONFIG` and `KUBERNETES_OVERLAY` as for
 * 9-kubernetes.test.ts. The shop is deployed there, but need not run: the client is the agent's own code, here, with the agent's account. This host
 * needs kubectl.
 */
const { KUBERNETES_KUBECONFIG: kubeconfig = '', KUBERNETES_OVERLAY: overlay = 'istio' } = process.env
const placement = { kubeconfig, overlay: overlay === 'local' ? 'local' : 'istio', storageClass: null, address: '127.0.0.1' } as const
const kubectl = async (...args: string[]): Promise<string> =>
  ok(await run('kubectl', ['--kubeconfig', kubeconfig, '-n', namespace, ...args]))
const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-kubectl-'))
const secret = 'a-password-of-the-shop'

/** The desired state of the shop's objects, without their status. */
async function wanted(): Promise<unknown> {
  const mesh = placement.overlay === 'istio' ? ['virtualservices', 'destinationrules', 'peerauthentications', 'authorizationpolicies'] : []
  const kinds = ['deployments', 'statefulsets', 'services', 'networkpolicies', ...mesh]
  const { items } = JSON.parse(await kubectl('get', kinds.join(), '-o', 'json')) as {
    items: { kind: string; metadata: { name: string; labels?: object }; spec: { template?: { metadata: { annotations?: object } } } }[]
  }
  return items.map(({ kind, metadata: { name, labels }, spec }) => {
    delete spec.template?.metadata.annotations
    return { kind, name, labels, spec }
  })
}

/** The agent's account, as its pod would have it. */
async function asAgent(): Promise<KubeConfig> {
  const admin = new KubeConfig()
  admin.loadFromFile(kubeconfig)
  const { status } = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: 'agent',
    namespace,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: [],
        expirationSeconds: 7200,
      },
    },
  })
  const { server = '', caData, caFile } = admin.getCurrentCluster() ?? {}
  const ca = caData ?? readFileSync(caFile ?? '').toString('base64')
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'cluster', server, caData: ca, skipTLSVerify: false },
    { name: 'agent', token: status?.token ?? '' },
  )
  return config
}

const skip = kubeconfig ? ((await jailTrouble()) ?? false) : 'no cluster is given'
describe('kubectl in a terminal', { skip }, () => {
  let shells: Shells
  let front: net.Server
  let api: ReturnType<typeof onCallApi>
  let handmade: ReturnType<typeof handmadeOf>
  const type = (command: string) => shells.run({ key: 'somebody', token: 'of-the-trainee' }, command, 60)
  async function typed(command: string): Promise<string> {
    const { output, status } = await type(command)
    assert.equal(status, 0, `${command}: ${output}`)
    return output
  }

  before(async () => {
    const { shop: keys } = await makeLinkKeys()
    const passwords = { postgres: secret, rabbitmq: secret }
    await deployShop(projectRoot, placement, {
      version: 1,
      role: 'shop',
      profile: 'drill',
      observability: '127.0.0.1:1',
      portBase: 25_400,
      passwords,
      keys,
    })
    const config = await asAgent()
    const cluster = new Cluster(config, namespace)
    handmade = handmadeOf({ cluster, state: await StateMap.open(cluster), root: projectRoot, settled: async () => {} })
    api = onCallApi(config, namespace)
    front = net.createServer((socket) => api.serve(socket))
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const { port } = front.address() as AddressInfo
    const paper = paperContext(dir, projectRoot, 30)
    shells = new Shells({
      context: {
        ...paper,
        config: {
          ...paper.config,
          placement: {
            role: 'observability',
            listen: '',
            cluster: placement,
          },
        },
      },
      logs: [],
      hidden: [projectRoot],
      cache: null,
      trouble: jailTrouble,
      operate: (socket) => refuseOperator(socket, 'use kubectl'),
      kubernetes: async () => net.connect(port, '127.0.0.1'),
    })
    await until('pods of the shop', 60_000, async () => /agent-[^]*orders-/.test(await kubectl('get', 'pods')))
  })
  after(async () => {
    await shells[Symbol.asyncDispose]()
    front.close()
    api.close()
    await removeShop(placement)
    rmSync(dir, { recursive: true, force: true })
  })

  test('shows all of the shop', async () => {
    const pods = await typed('kubectl get pods')
    for (const name of workloads) assert.match(pods, new RegExp(`^${name}-`, 'm'))
    await typed('kubectl get deploy,sts,rs,svc,ep,endpointslices,events,jobs,cronjobs,hpa,pdb,quota,pvc,networkpolicies')
    await typed(
      'kubectl describe deploy orders; kubectl describe pods; kubectl rollout history deploy/orders; kubectl explain deployment.spec',
    )
    assert.match(await typed('kubectl get configmap postgres -o yaml'), /postgresql\.conf/)
    if (placement.overlay === 'istio') assert.match(await typed('kubectl get vs,dr,pa,ap'), /orders/)
    assert.doesNotMatch(await typed('env; cat $KUBECONFIG; kubectl config view --raw'), /eyJ/)
  })

  test('can make an on-call engineer’s usual changes, and all of them are undone', async () => {
    assert.deepEqual(await handmade.handmade(), [])
    const wantedBefore = await wanted()
    const patch = (what: string, body: object) => `kubectl patch ${what} --type merge -p '${JSON.stringify(body)}'`
    for (const command of [
      'kubectl scale deploy/gateway --replicas 2',
      'kubectl set resources deploy/catalog --limits memory=128Mi',
      'kubectl rollout undo deploy/catalog',
      'kubectl set env deploy/payments LOG_LEVEL=debug',
      'kubectl rollout restart deploy/node-exporter sts/redis',
      'kubectl set resources sts/redis --limits memory=256Mi',
      patch('deploy payments', { spec: { minReadySeconds: 1, paused: true } }),
      `kubectl patch service payments -p '{"spec":{"ports":[{"name":"more","port":9999,"targetPort":8080}]}}'`,
      patch('networkpolicy redis', { spec: { ingress: [{ from: [{ podSelector: {} }] }] } }),
      'kubectl label deploy/payments looked=at',
      'kubectl annotate service/orders networking.istio.io/exportTo=~',
      `kubectl delete pod --wait=false $(kubectl get pods -l app=redis-exporter -o jsonpath='{.items[0].metadata.name}')`,
      ...(placement.overlay === 'istio'
        ? [
            patch('vs orders', { spec: { http: [{ route: [{ destination: { host: 'orders' } }], timeout: '1s' }] } }),
            patch('dr catalog', { spec: { trafficPolicy: { outlierDetection: { consecutive5xxErrors: 1 } } } }),
            patch('ap orders', { spec: { action: 'DENY' } }),
          ]
        : []),
    ])
      await typed(command)
    assert.notDeepEqual(await wanted(), wantedBefore)
    const found = await handmade.handmade()
    for (const name of [
      'Deployment gateway',
      'Deployment payments',
      'StatefulSet redis',
      'Service payments',
      'Service orders',
      'NetworkPolicy redis',
    ])
      assert.ok(found.includes(name), name)
    assert.ok(!found.includes('Deployment catalog'), 'that was undone by hand')
    await handmade.undoHandmade()
    assert.deepEqual([await handmade.handmade(), await wanted()], [[], wantedBefore])
    // Fields that are omitted in the next apply are removed: they have no other owner.
    const payments = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'payments', namespace } }
    const managers = ((await openCluster(placement).read(payments))?.metadata?.managedFields ?? []).filter(
      ({ subresource }) => !subresource,
    )
    assert.deepEqual(
      managers.map(({ manager, operation }) => `${manager} ${operation}`),
      ['firedrill Apply'],
    )
  })

  test('the list of attempts is long enough to be meaningful', () => assert.ok(attempts.length >= 60))
  for (const { title, command, refused = refusedByServer } of attempts) {
    test(`refuses to ${title}`, async () => {
      const { output, status } = await type(command)
      assert.notEqual(status, 0, output)
      assert.match(output, refused)
      for (const never of [secret, 'BEGIN', 'eyJ']) assert.ok(!output.includes(never))
    })
  }

  test('none of these attempts has changed anything', async () => {
    assert.deepEqual(await handmade.handmade(), [])
    assert.match(await typed('kubectl get deploy agent'), /agent/)
  })
})
