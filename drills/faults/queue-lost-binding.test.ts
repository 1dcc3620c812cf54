import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../../control/replay/paper-range.ts'
import { injected } from '../../test/injected.ts'
import { confirmedBinding } from '../queue-name.ts'

const root = path.join(import.meta.dirname, '..', '..')
const fulfilledBinding = { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' }

for (const [route, binding, other] of [
  ['confirmed', confirmedBinding, fulfilledBinding],
  ['fulfilled', fulfilledBinding, confirmedBinding],
] as const)
  test(`the route of what was ${route} is lost, and no other`, async () => {
    const range = paperRange(root, 30)
    for (const each of [binding, other]) await range.queue.bind(each)
    const before = await range.queue.bindings()
    const revert = await injected(range, 'queue-lost-binding', { route })
    assert.deepEqual(
      (await range.queue.bindings()).map(({ key }) => key),
      before.map(({ key }) => key).filter((key) => key !== binding.key),
    )
    await revert()
    const sorted = (bindings: typeof before) => bindings.map(({ queue, key }) => `${queue} ${key}`).toSorted()
    assert.deepEqual(sorted(await range.queue.bindings()), sorted(before))
  })

for (const queue of ['orders.fulfilment', 'orders.fulfilled'])
  test(`a program is told to look into ${queue}`, async () => {
    const range = paperRange(root, 30)
    const told: Record<string, string>[] = []
    const { start } = range.jobs
    range.jobs.start = (name, env, tier) => (told.push(env), start(name, env, tier))
    await injected(range, 'hoarding-consumer', { queue })
    assert.deepEqual(told, [{ TAPPED_QUEUE: queue }])
  })
