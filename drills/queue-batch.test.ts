import assert from 'node:assert/strict'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import type { QueueMessage, Range } from '../model/range.ts'
import { batchHeader, batchWaiting, fulfilmentQueue, removeBatch } from './queue-batch.ts'

const root = path.join(import.meta.dirname, '..')
const message = (batch: string | null): QueueMessage => ({
  messageId: 'm',
  redelivered: false,
  body: '{}',
  headers: batch === null ? {} : { [batchHeader]: batch },
})

/** A broker whose queues have these messages; looking through one of its five takes this long on the simulated clock. */
function brokerWith(
  context: TestContext,
  queues: Record<string, QueueMessage[]>,
  arrive: (round: number) => void = () => {},
  lookMs = 100,
): Range {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const range = paperRange(root, 30)
  let looks = 0
  range.queue.peek = async (name, limit) => (queues[name] ?? []).slice(0, limit)
  range.queue.move = async (from, to, _limit, accept = () => true) => {
    assert.equal(to, null, 'it is taken out')
    if (looks++ % 5 === 0) arrive(Math.floor(looks / 5))
    context.mock.timers.tick(lookMs)
    const all = queues[from] ?? []
    const left = all.filter((each) => !accept(each))
    queues[from] = left
    return all.length - left.length
  }
  return range
}

test('messages of a batch are counted wherever they wait: in the queue, for a retry, and dead-lettered', async (context) => {
  const range = brokerWith(context, {
    [fulfilmentQueue]: [message('a'), message(null), message('b')],
    [`${fulfilmentQueue}.retry.2000ms`]: [message('a')],
    [`${fulfilmentQueue}.dead`]: [message('a'), message(null)],
    another: [message('a')],
  })
  assert.deepEqual([await batchWaiting(range, 'a'), await batchWaiting(range, 'b'), await batchWaiting(range, 'c')], [3, 1, 0])
  assert.equal(await batchWaiting(range, null), 4, 'of any batch')
})

test('the first hundred of each queue are inspected', async (context) => {
  const range = brokerWith(context, { [fulfilmentQueue]: Array.from({ length: 150 }, () => message('a')) })
  assert.equal(await batchWaiting(range, 'a'), 100)
})

test('a batch is removed, including messages that a worker returns later, and nothing else is', async (context) => {
  const queues = {
    [fulfilmentQueue]: [message('a'), message(null), message('b')],
    [`${fulfilmentQueue}.retry.8000ms`]: [] as QueueMessage[],
    [`${fulfilmentQueue}.dead`]: [message('a')],
  }
  let rounds = 0
  const range = brokerWith(context, queues, (round) => {
    rounds = round
    if (round === 2) queues[`${fulfilmentQueue}.retry.8000ms`]?.push(message('a'))
  })
  const startedAt = Date.now()
  await removeBatch(range, 'a')
  assert.ok(Date.now() - startedAt < 4_000, 'and no longer')
  assert.deepEqual(queues[fulfilmentQueue], [message(null), message('b')])
  assert.deepEqual([queues[`${fulfilmentQueue}.retry.8000ms`], queues[`${fulfilmentQueue}.dead`]], [[], []])
  assert.ok(rounds >= 4, 'it looks until none has been seen for a second and a half')
})

test('a batch that never ends is given up after eight seconds', async (context) => {
  const queues = { [fulfilmentQueue]: [] as QueueMessage[] }
  const range = brokerWith(context, queues, () => queues[fulfilmentQueue]?.push(message('a')), 250)
  const startedAt = Date.now()
  await removeBatch(range, 'a')
  assert.ok(Date.now() - startedAt > 8_000 && Date.now() - startedAt <= 10_000)
})
