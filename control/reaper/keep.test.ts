import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { ComponentName } from '../../model/components.ts'
import { keep } from './keep.ts'

test('each is started again as soon as it is gone, one start at a time, also after a start that failed', async (context) => {
  const said = mock.method(process.stderr, 'write', () => true)
  context.mock.timers.enable({ apis: ['setInterval'] })
  const asked: { name: ComponentName; answer: PromiseWithResolvers<boolean> }[] = []
  const revive = (name: ComponentName) => {
    const answer = Promise.withResolvers<boolean>()
    asked.push({ name, answer })
    return answer.promise
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const kept = keep(revive, ['control', 'supervisor'], 300)
  try {
    context.mock.timers.tick(300)
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['control', 'supervisor'],
    )
    context.mock.timers.tick(600)
    assert.equal(asked.length, 2, 'both are still being looked at')
    asked[0]?.answer.reject(new Error('no room'))
    asked[1]?.answer.resolve(false)
    await settled()
    context.mock.timers.tick(300)
    assert.equal(asked.length, 4)
    asked[2]?.answer.resolve(true)
    await settled()
  } finally {
    kept.stop()
    said.mock.restore()
  }
  context.mock.timers.tick(3_000)
  assert.equal(asked.length, 4, 'stopped')
  assert.deepEqual(
    said.mock.calls.map(({ arguments: [text] }) => text),
    ['control could not be started: no room\n'],
  )
})
