import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AuthorizationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { apiClient } from '../../control/client.ts'
import { ordersAtRest } from '../../control/verify.ts'
import { openLocalRange, rangeOf } from '../../control/wiring.ts'
import { serviceNames } from '../../model/components.ts'
import type { Range } from '../../model/range.ts'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import { until } from '../../model/until.ts'
import { namespace } from '../../range/targets/kubernetes/names.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { firedrill, ok, spansOf } from './test-range.ts'
import { seriesIn } from '../../model/series.ts'

/**
 * With `KUBERNETES_KUBECONFIG` (a cluster whose user may create a namespace, and that has the images of deploy/images) and `KUBERNETES_ADDRESS` (this
 * host, as pods reach it): the shop in that cluster. `KUBERNETES_OVERLAY` (default: `istio`) and `KUBERNETES_STORAGE_CLASS` select how.
 */
const {
  KUBERNETES_KUBECONFIG: kubeconfig,
  KUBERNETES_ADDRESS: address,
  KUBERNETES_OVERLAY: overlay = 'istio',
  KUBERNETES_STORAGE_CLASS: storageClass,
} = process.env
const portBase = 30_400
const noJail = (await jailTrouble()) ?? false
const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-kubernetes-'))
const dir = path.join(folder, 'range')
const state = new RangeState(dir)
const api = () => apiClient(state, 'instructor')
const here = (args: string[], timeoutMs = 900_000) => firedrill([...args, '--dir', dir], { timeoutMs })

describe('the shop in a cluster', { skip: kubeconfig && address ? false : 'no cluster is given' }, () => {
  let range: Range
  let core: CoreV1Api
  let authorization: AuthorizationV1Api
  let namespacesBefore: string[] = []
  const namespaces = async () => (await core.listNamespace()).items.flatMap(({ metadata }) => metadata?.name ?? []).toSorted()

  before(async () => {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig ?? '')
    core = config.makeApiClient(CoreV1Api)
    authorization = config.makeApiClient(AuthorizationV1Api)
    namespacesBefore = await namespaces()
  })
  after(async () => {
    await here(['down', '--purge']).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  })

  test('up: from nothing in the cluster to a steady range', async () => {
    const asked = ['--kubeconfig', kubeconfig ?? '', '--address', address ?? '', '--overlay', overlay]
    const storage = storageClass ? ['--storage-class', storageClass] : []
    ok(await here(['up', '--target', 'kubernetes', '--users', '15', '--port-base', String(portBase), ...asked, ...storage]))
    range = rangeOf(openLocalRange(dir))
  })

  test('every pod is ready, with its sidecar if there is a mesh', async () => {
    const { items } = await core.listNamespacedPod({ namespace })
    assert.ok(items.length >= 13)
    for (const { metadata, status } of items) {
      const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
      assert.ok(
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        `${metadata?.name} is ready`,
      )
      if (overlay === 'istio')
        assert.ok(
          all.some(({ name, ready }) => name === 'istio-proxy' && ready),
          `${metadata?.name} has its sidecar`,
        )
    }
  })

  test('everything is scraped', async () => {
    await until('every target to be up', 60_000, async () => {
      const { data } = await api().get('/api/prometheus/query', { query: { query: 'up' } })
      const down = seriesIn(data)
        .filter(({ value }) => value[1] !== '1')
        .map(({ metric }) => metric['job'] ?? '')
      return down.every((job) => overlay !== 'istio' && job.endsWith('-proxy'))
    })
  })

  test('logs of pods are on the monitoring host, and a checkout is one trace from the load generator to the worker', async () => {
    await until('a whole trace', 60_000, async () => {
      const { logs } = await api().get('/api/telemetry/logs', { query: { service: 'fulfilment', limit: 50 } })
      for (const { traceId } of logs.filter((line) => line.traceId !== '').slice(0, 10)) {
        const spans = await spansOf(api(), traceId)
        const services = new Set(spans.map(({ service }) => service))
        if (['locust', 'gateway', 'orders', 'inventory', 'payments', 'fulfilment'].every((name) => services.has(name))) return true
      }
      return false
    })
  })

  test('the agent has the rights that it needs in the namespace, and no others', async () => {
    const may = async (
      verb: string,
      resource: string,
      options: { group?: string; subresource?: string; space?: string; name?: string; account?: string } = {},
    ) => {
      const { status } = await authorization.createSubjectAccessReview({
        body: {
          spec: {
            user: `system:serviceaccount:${namespace}:${options.account ?? 'agent'}`,
            groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
            resourceAttributes: {
              verb,
              resource,
              namespace: options.space ?? namespace,
              ...(options.group ? { group: options.group } : {}),
              ...(options.subresource ? { subresource: options.subresource } : {}),
              ...(options.name ? { name: options.name } : {}),
            },
          },
        },
      })
      return status?.allowed ?? false
    }
    assert.ok(await may('delete', 'pods'))
    assert.ok(await may('patch', 'deployments', { group: 'apps' }))
    assert.ok(await may('patch', 'configmaps', { name: 'agent-state' }))
    assert.ok(await may('patch', 'secrets', { name: 'databases' }))
    assert.ok(await may('patch', 'networkpolicies', { group: 'networking.k8s.io', name: 'rabbitmq' }))
    assert.ok(await may('delete', 'sidecars', { group: 'networking.istio.io', name: 'orders' }))
    const denied: Parameters<typeof may>[] = [
      ['get', 'secrets'],
      ['list', 'secrets'],
      ['create', 'secrets'],
      ['patch', 'secrets', { name: 'shop' }],
      ['patch', 'secrets', { name: 'agent-invitation' }],
      ['patch', 'networkpolicies', { group: 'networking.k8s.io' }],
      ['patch', 'networkpolicies', { group: 'networking.k8s.io', name: 'default-deny' }],
      ['patch', 'networkpolicies', { group: 'networking.k8s.io', name: 'agent' }],
      ['create', 'networkpolicies', { group: 'networking.k8s.io' }],
      ['create', 'pods', { subresource: 'eviction' }],
      ['delete', 'networkpolicies', { group: 'networking.k8s.io' }],
      ['create', 'pods'],
      ['patch', 'configmaps', { name: 'postgres' }],
      ['delete', 'configmaps', { name: 'agent-state' }],
      ['create', 'deployments', { group: 'apps' }],
      ['delete', 'deployments', { group: 'apps' }],
      ['delete', 'statefulsets', { group: 'apps' }],
      ['delete', 'persistentvolumeclaims'],
      ['create', 'roles', { group: 'rbac.authorization.k8s.io' }],
      ['create', 'rolebindings', { group: 'rbac.authorization.k8s.io' }],
      ['create', 'serviceaccounts', { subresource: 'token', name: 'orders' }],
      ['impersonate', 'serviceaccounts'],
      ['delete', 'namespaces', { name: namespace }],
      ['list', 'nodes', { space: '' }],
      ['get', 'pods', { space: 'kube-system' }],
      ['create', 'pods', { space: 'kube-system', subresource: 'exec' }],
      ['list', 'pods', { space: '' }],
    ]
    for (const [verb, resource, options] of denied)
      assert.equal(await may(verb, resource, options), false, `${verb} ${resource} ${JSON.stringify(options)}`)
    // The node-drain job may evict pods, and pause the worker.
    const account = 'maintenance'
    assert.ok(await may('create', 'pods', { subresource: 'eviction', account }))
    assert.ok(await may('patch', 'deployments', { group: 'apps', subresource: 'scale', name: 'fulfilment', account }))
    assert.equal(await may('patch', 'deployments', { group: 'apps', subresource: 'scale', name: 'orders', account }), false)
    assert.equal(await may('delete', 'pods', { account }), false)
    // The services themselves do not use the API server.
    for (const name of serviceNames) {
      const { status } = await authorization.createSubjectAccessReview({
        body: {
          spec: { user: `system:serviceaccount:${namespace}:${name}`, resourceAttributes: { verb: 'list', resource: 'pods', namespace } },
        },
      })
      assert.equal(status?.allowed, false)
    }
  })

  test('every service is rolled out again under load, and no request fails', async () => {
    const failed = async () => {
      const text = await (await fetch(`http://127.0.0.1:${portBase + 23}/locust/metrics`)).text()
      return [...text.matchAll(/^user_requests_total\{.*outcome="failed"\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
    }
    const failedBefore = await failed()
    for (const service of serviceNames) await range.processes.restart(service)
    assert.equal((await failed()) - failedBefore, 0)
  })

  test('killing pods at random costs no accepted order', async () => {
    const killed = ['orders', 'fulfilment', 'rabbitmq', 'payments', 'redis', 'inventory', 'catalog', 'gateway', 'orders', 'fulfilment']
    for (const name of killed) {
      const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${name}` })
      await core.deleteNamespacedPod({ namespace, name: items[0]?.metadata?.name ?? '', gracePeriodSeconds: 0 })
      await until(`${name} to be back`, 120_000, async () =>
        (await range.status()).some((component) => component.name === name && component.healthy),
      )
    }
    await until('every accepted order to be fulfilled exactly once', 120_000, async () => {
      const { violations } = await api().get('/api/invariants')
      return ordersAtRest(violations)
    })
  })

  test('an incident is diagnosed and fixed in a terminal alone, with kubectl', { skip: noJail }, async () => {
    const typed = async (command: string) => ok(await here(['shell', '--command', command]))
    const { id } = await startWhenSteady(apiClient(state, 'trainee'), { scenario: 'tight-belt', trainee: 'Robin' }, 120_000)
    const view = () => apiClient(state, 'trainee').get('/api/drills/:id', { id })
    await until('the page', 180_000, async () => (await view()).events.some(({ type }) => type === 'page-received'))
    await typed('firedrill drill ack')
    await until('the restarts to show', 60_000, async () => /OOMKilled/.test(await typed('kubectl describe pods -l app=catalog')))
    const usual = 'kubectl get deployment inventory -o jsonpath="{.spec.template.spec.containers[0].resources.limits.memory}"'
    await typed('firedrill drill diagnose --component catalog --category configuration')
    await typed(`kubectl set resources deployment catalog --limits=memory=$(${usual})`)
    await until('the shop to recover', 240_000, async () => (await view()).drill.outcome === 'resolved')
    const left = async () => (await range.cluster?.handmade()) ?? []
    await until('the change to be taken back', 120_000, async () => (await left()).length === 0)
  })

  test('scenarios prove themselves there; those that cannot be played are not offered', async () => {
    const { scenarios } = await api().get('/api/scenarios')
    const refused = scenarios.find(({ playable }) => !playable)
    assert.ok(refused)
    await assert.rejects(
      api().post('/api/drills', { body: { scenario: refused.id, trainee: 'test', mode: 'rehearsal' } }),
      /cannot be played/,
    )
    interface Verification {
      id: string
      ok: boolean
      problems: string[]
      unexpectedPages: string[]
    }
    const results = JSON.parse((await here(['verify', '--no-proofs', '--json'], 3_600_000)).stdout) as Verification[]
    assert.deepEqual(
      results.map(({ id }) => id).toSorted(),
      scenarios.flatMap(({ id, playable }) => (playable ? [id] : [])).toSorted(),
      'each that can be played has been',
    )
    assert.deepEqual(
      results.filter(({ ok: proven }) => !proven),
      [],
    )
  })

  test('down leaves nothing in the cluster', async () => {
    ok(await here(['down', '--purge']))
    assert.deepEqual(await namespaces(), namespacesBefore)
  })
})
