import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../../control/replay/paper-range.ts'
import { injected } from '../../test/injected.ts'

const root = path.join(import.meta.dirname, '..', '..')

test('of two components without a scrape, each is restored separately', async () => {
  const range = paperRange(root, 30)
  const a = await injected(range, 'target-lost', { component: 'catalog' })
  const b = await injected(range, 'target-lost', { component: 'orders' })
  await a()
  assert.deepEqual(await range.monitoring.unscraped(), ['orders'])
  await b()
  assert.deepEqual(await range.monitoring.unscraped(), [])
})
