import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { ServedBench } from '../replay/served-bench.ts'

async function running() {
  const served = new ServedBench()
  const drill = await served.bench.start()
  const send = (role: 'trainee' | 'instructor', method: 'POST' | 'PUT', what: string, body?: object) =>
    served.ask(role, method, `/api/drills/${drill}/${what}`, body)
  const last = <Type extends DrillEvent['type']>(type: Type) =>
    served.bench.events(drill).findLast((event): event is Extract<DrillEvent, { type: Type }> => event.type === type)
  return { served, drill, send, last, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() }
}
const told = ({ status, text }: { status: number; text: string }): DrillState => {
  assert.equal(status, 200, text)
  return JSON.parse(text) as DrillState
}

test('the instructor sets the coach’s mode, and writes to the trainee', async () => {
  await using bench = await running()
  assert.equal((await bench.send('instructor', 'PUT', 'coach/mode', { mode: 'muted' })).status, 200)
  assert.equal(bench.last('coach-mode-set')?.mode, 'muted')
  assert.equal((await bench.send('instructor', 'PUT', 'coach/mode', { mode: 'loud' })).status, 400)
  assert.equal((await bench.send('instructor', 'POST', 'messages', { text: ' Look at the logs. ' })).status, 200)
  assert.equal(bench.last('message-sent')?.text, 'Look at the logs.')
  assert.equal((await bench.send('instructor', 'POST', 'messages', { text: ' ' })).status, 400)
  await bench.served.bench.engine.abort('enough')
})

test('the instructor extends the time: by five minutes by default', async () => {
  await using bench = await running()
  const { limitMs } = bench.served.bench.state(bench.drill)
  assert.equal(told(await bench.send('instructor', 'POST', 'extend', {})).limitMs, limitMs + 300_000)
  assert.equal(told(await bench.send('instructor', 'POST', 'extend', { byMs: 60_000 })).limitMs, limitMs + 360_000)
  assert.equal((await bench.send('instructor', 'POST', 'extend', { byMs: 59_999 })).status, 400)
  assert.equal(bench.served.bench.state(bench.drill).limitMs, limitMs + 360_000)
  await bench.served.bench.engine.abort('enough')
})

test('a paused drill stops until it continues, and answers to the trainee omit what only the instructor knows', async () => {
  await using bench = await running()
  const paused = told(await bench.send('instructor', 'POST', 'pause'))
  assert.equal(paused.phase, 'paused')
  for (const hidden of ['seed', 'fingerprint', 'injectedSteps', 'wasBroken']) assert.ok(!(hidden in paused), hidden)
  await bench.served.bench.pass(60)
  assert.equal(told(await bench.send('instructor', 'POST', 'continue')).phase, 'running')
  assert.equal(bench.last('drill-continued')?.pausedMs, 60_000)
  await bench.served.bench.engine.abort('enough')
})

test('the trainee ends a drill: finished if it was played, aborted if it is not to count', async () => {
  await using first = await running()
  const finished = told(await first.send('trainee', 'POST', 'finish'))
  assert.deepEqual([finished.phase, finished.outcome], ['finished', 'given-up'])
  assert.equal((await first.send('trainee', 'POST', 'abort')).status, 409, 'it is over')
  await using second = await running()
  const aborted = told(await second.send('trainee', 'POST', 'abort'))
  assert.deepEqual([aborted.phase, aborted.outcome], ['aborted', null])
  assert.equal(second.last('drill-aborted')?.reason, 'by hand')
  assert.equal((await second.send('trainee', 'POST', 'finish')).status, 409)
})
