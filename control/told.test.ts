import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill } from '../model/drill.ts'
import { EngineBench } from './replay/engine-bench.ts'
import { ServedBench } from './replay/served-bench.ts'
import { LiveTelling, publicState, toldEvents } from './told.ts'

const secret = 'inventory: connect ECONNREFUSED 127.0.0.1:27410'

/** A drill with many events that its trainee may not see. */
async function play(bench: EngineBench): Promise<string> {
  const telling = new LiveTelling(bench.ledger)
  live = []
  bench.engine.live.on('event', (event) => live.push(telling.event(event)))
  const drill = await bench.start()
  await bench.pass(8)
  bench.ledger.append(drill, { type: 'health-changed', healthy: false, failing: [secret] })
  bench.engine.coaching.note({ type: 'coach-decided', decision: 'hint', reasons: ['time'] })
  const { id: to } = bench.engine.coaching.ask('what now?')
  bench.engine.coaching.note({ type: 'coach-fell-back', to, why: 'a name' })
  bench.engine.coaching.note({ type: 'coach-replied', to, text: 'What have you looked at?', words: 'author' })
  bench.ledger.append(drill, {
    type: 'action-run',
    action: 'restart',
    title: 'Restart',
    kind: 'change',
    params: {},
    ok: true,
    summary: '',
    harmful: 'it empties the cache that is the cause',
  })
  return drill
}
let live: unknown[] = []

test('a trainee’s events are numbered without gaps, and contain nothing of the checks or the instructor', async () => {
  using bench = new EngineBench()
  const drill = await play(bench)
  const all = bench.events(drill)
  assert.ok(all.some(({ type }) => type === 'fault-injected') && all.some(({ type }) => type === 'coach-fell-back'))
  const told = toldEvents(all, 'trainee')
  assert.deepEqual(
    told.map(({ id }) => id),
    told.map((_, index) => index + 1),
  )
  const text = JSON.stringify(told)
  for (const hidden of [secret, 'ECONNREFUSED', 'empties the cache', 'fault-injected', 'coach-decided', 'a name'])
    assert.ok(!text.includes(hidden), hidden)
  const asked = told.find(({ type }) => type === 'coach-asked')
  assert.equal(told.find((event) => event.type === 'coach-replied')?.to, asked?.id, 'an answer is to the question under its number')
  assert.ok(JSON.stringify(toldEvents(all, 'instructor')).includes(secret))
  await bench.engine.finish()
})

test('live events have the same numbers as when they are read', async () => {
  using bench = new EngineBench()
  const drill = await play(bench)
  const told = toldEvents(bench.events(drill), 'trainee').filter(({ id }) => live.some((event) => isNumbered(event, id)))
  assert.ok(told.length > 3)
  assert.deepEqual(
    live.filter((event) => event !== null),
    told,
  )
  await bench.engine.finish()
})
const isNumbered = (event: unknown, id: number) => typeof event === 'object' && event !== null && 'id' in event && event.id === id

test('before the debrief the state shows neither the time of the last event nor which action was harmful', async () => {
  using bench = new EngineBench()
  const drill = await play(bench)
  const state = foldDrill(bench.events(drill))
  assert.ok(state && state.harmfulActions === 1)
  const told = publicState(state)
  for (const name of ['lastEventAt', 'lastInjectedAt', 'injectedSteps', 'seed']) assert.ok(!(name in told), name)
  assert.equal(told.harmfulActions, 0)
  assert.equal(publicState({ ...state, phase: 'finished' }).harmfulActions, 1)
  await bench.engine.finish()
})

test('the API shows a trainee neither the details of checks nor, before the page, the runbooks', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await bench.start()
  const url = `/api/drills/${drill}`
  const runbooks = async (role: 'trainee' | 'instructor') => (await served.read<{ runbooks: string[] }>(role, url)).runbooks.length
  await bench.pass(6)
  assert.deepEqual([await runbooks('trainee'), (await runbooks('instructor')) > 0], [0, true])
  bench.ledger.append(drill, { type: 'health-changed', healthy: false, failing: [secret] })
  bench.fire('page', { notifies: true })
  await bench.pass(1)
  assert.ok((await runbooks('trainee')) > 0)
  const everywhere = async () =>
    (await Promise.all(['', '/debrief', '/postmortem.md'].map((path) => served.ask('trainee', 'GET', `${url}${path}`))))
      .map(({ text }) => text)
      .join()
  assert.ok(!(await everywhere()).includes('ECONNREFUSED'))
  assert.ok(!(await everywhere()).includes('lastEventAt'))
  assert.ok(JSON.stringify(await served.read('instructor', url)).includes(secret))
  await bench.engine.finish()
  assert.ok(!(await everywhere()).includes('ECONNREFUSED'))
})
