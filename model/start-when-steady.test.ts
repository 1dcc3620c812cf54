import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FiredrillError } from './errors.ts'
import { startWhenSteady } from './start-when-steady.ts'

test('a drill is started when the range takes it, and what refuses it otherwise is thrown', async () => {
  const refusal = (message: string) => new FiredrillError('range-not-steady', message)
  const started = async (answers: (object | Error)[], patience = answers.length) => {
    const told: string[] = []
    const client = {
      post: async <Body>(_path: string, _body?: unknown) => {
        const answer = answers.shift()
        if (answer instanceof Error) throw answer
        return answer as Body
      },
    }
    const wait = async (_what: string, _ms: number, holds: () => Promise<boolean>) => {
      for (let attempt = 0; attempt < patience; attempt++) if (await holds()) return
      throw new Error('in vain')
    }
    const state = await startWhenSteady(client, { trainee: 't' }, 1, { wait, onWait: ({ message }) => told.push(message) })
    return { state, told }
  }
  assert.deepEqual(await started([{ id: 'd' }]), { state: { id: 'd' }, told: [] })
  assert.deepEqual(await started([refusal('one'), refusal('two'), { id: 'd' }]), { state: { id: 'd' }, told: ['one'] })
  await assert.rejects(started([refusal('one'), refusal('two')]), { code: 'range-not-steady', message: 'two' })
  await assert.rejects(started([new FiredrillError('conflict', 'a drill runs'), { id: 'd' }]), { code: 'conflict' })
  await assert.rejects(started([], 0), /in vain/)
})
