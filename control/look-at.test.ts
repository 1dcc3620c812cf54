import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import type { ShopComponentName } from '../model/components.ts'
import type { ViewKind } from '../model/scenario.ts'
import { lookAt } from './look-at.ts'
import { ownPorts } from './replay/paper-context.ts'
import { ServedBench } from './replay/served-bench.ts'

const places: [view: ViewKind, component: ShopComponentName][] = [
  ['queue', 'rabbitmq'],
  ['database', 'postgres'],
  ['cache', 'redis'],
  ['mesh', 'orders'],
  ['deploys', 'inventory'],
]

test('what the API serves counts as looked at in the drill, including the output of an action', async () => {
  await using served = new ServedBench()
  const drill = await served.bench.start()
  for (const [view, component] of places) {
    await lookAt(served.trainee, { view, component })
    const last = served.bench.events(drill).findLast(({ type }) => type === 'place-viewed')
    assert.ok(last?.type === 'place-viewed', view)
    assert.deepEqual([last.view, last.component], [view, component])
  }
  await served.bench.engine.abort('enough')
})

test('looking at the alerts reads them from Alertmanager', async () => {
  await using served = new ServedBench({ portBase: ownPorts() })
  const asked: string[] = []
  const alertmanager = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end('[]')
  })
  await new Promise<void>((resolve) => alertmanager.listen(served.port('alertmanager'), '127.0.0.1', resolve))
  try {
    await lookAt(served.trainee, { view: 'alerts', component: 'orders' })
    assert.equal(asked.length, 1)
    assert.match(asked[0] ?? '', /\/api\/v2\/alerts/)
  } finally {
    alertmanager.closeAllConnections()
    alertmanager.close()
  }
})
