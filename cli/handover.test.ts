import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ServedBench } from '../control/replay/served-bench.ts'
import type { HandoverNote } from '../model/handover.ts'
import { handOver } from './commands/handover.ts'

test('a handover note is written and read from a terminal', async (context: TestContext) => {
  await using served = new ServedBench()
  const drill = await served.bench.start()
  const { trainee } = served
  const printed = async (options: Partial<HandoverNote>): Promise<string> => {
    const write = context.mock.method(process.stdout, 'write', () => true)
    try {
      await handOver(trainee, drill, { json: false, ...options })
      return write.mock.calls.map(({ arguments: [text] }) => String(text)).join('')
    } finally {
      write.mock.restore()
    }
  }
  assert.match(await printed({}), /nobody has written a handover note yet/)
  assert.match(await printed({ broken: 'Pages are slow.' }), /people who join later read it first/)
  await printed({ broken: 'Pages fail.', since: '14:02' })
  const newest = await printed({})
  assert.match(newest, /What is broken: Pages fail\.\nSince when: 14:02\n1 older/)
  assert.doesNotMatch(newest, /What comes next|slow/)
  await served.bench.engine.abort('enough')
})
