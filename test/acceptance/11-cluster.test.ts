import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import type { LoadStatus } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { namespace } from '../../range/targets/kubernetes/names.ts'
import { watchNamespace } from '../../range/targets/kubernetes/observability.ts'
import { ok, run, type Outcome } from './test-range.ts'

/**
 * With `KUBERNETES_KUBECONFIG` (a cluster that has the images of deploy/images, and a default StorageClass) and `KUBERNETES_COMPLETE` (the overlay:
 * `complete` or `complete-istio`): the whole range in that cluster, by its manifests alone. `KUSTOMIZE` is a separate Kustomize, if kubectl's is
 * older than 4.
 */
const { KUBERNETES_KUBECONFIG: kubeconfig = '', KUBERNETES_COMPLETE: overlay = '', KUSTOMIZE: kustomize } = process.env
const kubectl = (args: string[], input = ''): Promise<Outcome> =>
  run('kubectl', ['--kubeconfig', kubeconfig, ...args], { input, timeoutMs: 900_000 })
const inside = (...command: string[]): Promise<Outcome> =>
  kubectl(['-n', watchNamespace, 'exec', 'observability-0', '-c', 'control', '--', ...command])
const said = async (...command: string[]): Promise<string> => ok(await inside(...command)).trim()
const may = async (verb: string, resource: string, space: string): Promise<boolean> => {
  const account = `system:serviceaccount:${watchNamespace}:observability`
  return (await kubectl(['auth', 'can-i', verb, resource, '-n', space, '--as', account])).stdout.trim() === 'yes'
}

describe('the whole range in a cluster', { skip: kubeconfig && overlay ? false : 'KUBERNETES_COMPLETE is not set' }, () => {
  let manifests = ''
  before(async () => {
    const folder = path.join(projectRoot, 'deploy', 'kubernetes', 'overlays', overlay)
    manifests = ok(kustomize ? await run(kustomize, ['build', folder]) : await kubectl(['kustomize', folder]))
  })
  after(async () => void (await kubectl(['delete', '--ignore-not-found', '-f', '-'], manifests)))

  test('it becomes steady by its manifests alone', async () => {
    ok(await kubectl(['apply', '-f', '-'], manifests))
    await until('who watches', 300_000, async () => (await inside('firedrill', 'host', 'status')).code === 0)
    ok(await inside('firedrill', 'host', 'wait', '--seconds', '300'))
    assert.match(await said('firedrill', 'open'), /login#token=/)
  })

  test('users are spread over two pods', async () => {
    await until('the workers of the other one', 60_000, async () => {
      const { workers, state } = JSON.parse(await said('firedrill', 'load', 'status', '--json')) as LoadStatus
      return workers > 1 && state === 'running'
    })
  })

  test('the monitoring may invite, and has no other rights in either namespace', async () => {
    assert.ok(await may('patch', 'secrets/agent-invitation', namespace))
    assert.ok(await may('patch', 'deployments.apps/agent', namespace))
    for (const space of [namespace, watchNamespace]) {
      for (const [verb, resource] of [
        ['list', 'secrets'],
        ['delete', 'pods'],
        ['create', 'pods/exec'],
        ['patch', 'deployments.apps/orders'],
        ['create', 'rolebindings.rbac.authorization.k8s.io'],
      ] as const)
        assert.equal(await may(verb, resource, space), false, `${verb} ${resource} in ${space}`)
    }
  })

  test('a scenario proves itself', async () => {
    const results = JSON.parse(await said('firedrill', 'verify', 'slow-shelves', '--json')) as { ok: boolean }[]
    assert.deepEqual(
      results.map((result) => result.ok),
      [true],
    )
  })

  test('a scenario that needs a cluster is offered', async () => {
    const { scenarios } = JSON.parse(await said('firedrill', 'scenarios', '--json')) as { scenarios: { id: string; playable: boolean }[] }
    assert.equal(scenarios.find(({ id }) => id === 'polite-request')?.playable, true)
  })

  test('a deleted pod of the monitoring is replaced, and the range recovers', async () => {
    ok(await kubectl(['-n', watchNamespace, 'delete', 'pod', 'observability-0']))
    await until('who watches', 180_000, async () => (await inside('firedrill', 'host', 'status')).code === 0)
    ok(await inside('firedrill', 'host', 'wait', '--seconds', '180'))
  })

  test('after it is deleted, nothing is left', async () => {
    ok(await kubectl(['delete', '--ignore-not-found', '-f', '-'], manifests))
    for (const space of [namespace, watchNamespace]) assert.notEqual((await kubectl(['get', 'namespace', space])).code, 0)
  })
})
