import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../model/drill.ts'
import { characterIds } from '../model/people.ts'
import { people as tools } from './mcp/people.ts'
import { ServedBench } from './replay/served-bench.ts'
import { toldEvents } from './told.ts'

interface Listed {
  people: { person: string; reached: boolean; wants: { what: string; leftMs: number | null } | null; beats?: unknown[] }[]
  communication: string | null
  quietLeftMs: number
  quietsLeft: number
  muted: boolean
}
const saidIn = (events: readonly DrillEvent[]) => events.flatMap((event) => (event.type === 'person-said' ? [event] : []))

/** A drill with people, this many seconds after its page. */
async function paged(served: ServedBench, seconds: number): Promise<string> {
  const drill = await served.bench.start('old-tags')
  await served.bench.pass(5)
  served.bench.fire('f', { notifies: true })
  served.bench.engine.pages.acknowledge()
  await served.bench.pass(seconds)
  return drill
}

test('people speak in a drill, are answered, and answer; all through the API', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await paged(served, 45)
  const [first] = saidIn(bench.events(drill))
  assert.equal(first?.person, 'support-lead')
  assert.match(first?.text ?? '', /different prices/)

  const asked = await served.ask('trainee', 'POST', `/api/drills/${drill}/people/head-of-sales/messages`, {
    text: 'How often do you change prices today?',
  })
  assert.equal(asked.status, 200)
  await bench.pass(30)
  assert.equal(saidIn(bench.events(drill)).length, 1, 'to reach sales, and to find out, takes longer')
  await bench.pass(10)
  const answer = saidIn(bench.events(drill)).at(-1)
  assert.equal(answer?.fact, 'changes')

  const before = await served.read<Listed>('trainee', `/api/drills/${drill}/people`)
  const wants = before.people.find(({ person }) => person === 'support-lead')?.wants
  assert.equal(wants?.what, 'update')
  assert.ok((wants?.leftMs ?? 0) > 0 && (wants?.leftMs ?? 0) < 180_000)
  assert.equal(before.people.length, characterIds.length, 'who can be asked says nothing of the scenario')
  assert.equal(before.communication, 'scored')
  const update = { status: 'investigating', text: 'Prices are wrong.', audience: 'support', nextInMs: 300_000 }
  assert.equal((await served.ask('trainee', 'POST', `/api/drills/${drill}/status-updates`, update)).status, 200)
  const after = await served.read<Listed>('trainee', `/api/drills/${drill}/people`)
  assert.equal(after.people.find(({ person }) => person === 'support-lead')?.wants, null)
  await bench.engine.abort('enough')
})

test('a quiet is respected, three times at most, and its end says who waited', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await paged(served, 1)
  // To a trainee who needs hints, only one person speaks.
  bench.engine.coaching.setMode('muted')
  await bench.pass(41)
  const quiet = (forMs: number) => served.ask('trainee', 'POST', `/api/drills/${drill}/quiet`, { forMs })
  assert.deepEqual(JSON.parse((await quiet(300_000)).text), { quietsLeft: 2 })
  await bench.pass(200)
  assert.equal(saidIn(bench.events(drill)).length, 1, 'sales had something to say')
  assert.equal((await quiet(0)).status, 200)
  await bench.pass(1)
  const ended = bench.events(drill).find((event) => event.type === 'quiet-ended')
  assert.ok(ended?.type === 'quiet-ended' && ended.held[0]?.person === 'head-of-sales' && ended.held[0].waitedMs > 60_000)
  await quiet(60_000)
  await quiet(60_000)
  const fourth = await quiet(60_000)
  assert.equal(fourth.status, 409)
  assert.match(fourth.text, /you have asked for quiet 3 times/)
  await bench.engine.abort('enough')
})

test('the instructor sends people in and mutes them; a trainee may do neither, and does not learn who did', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const drill = await paged(served, 2)
  const enter = (role: 'trainee' | 'instructor', text?: string) =>
    served.ask(role, 'POST', `/api/drills/${drill}/people/chief-executive/enter`, text === undefined ? {} : { text })
  assert.equal((await enter('trainee')).status, 403)
  assert.equal((await served.ask('trainee', 'PUT', `/api/drills/${drill}/people/muted`, { muted: true })).status, 403)
  assert.equal((await served.ask('instructor', 'PUT', `/api/drills/${drill}/people/muted`, { muted: true })).status, 200)
  assert.equal((await enter('instructor', 'I read about us in the paper.')).status, 200)
  await bench.pass(200)
  const events = bench.events(drill)
  assert.deepEqual(
    saidIn(events).map(({ person, text }) => [person, text]),
    [['chief-executive', 'I read about us in the paper.']],
  )
  const told = JSON.stringify(toldEvents(events, 'trainee'))
  assert.ok(told.includes('I read about us in the paper.'))
  assert.ok(!told.includes('person-sent') && !told.includes('"instructor"'), 'it looks like any other word of that person')
  const seen = await served.read<Listed>('trainee', `/api/drills/${drill}/people`)
  assert.ok(
    seen.people.every(({ beats }) => beats === undefined),
    'what people are going to say is the author’s',
  )
  await bench.engine.abort('enough')
})

test('updates for the house are not on the public status page', async () => {
  await using served = new ServedBench()
  const drill = await paged(served, 2)
  const post = (audience: string, text: string) =>
    served.ask('trainee', 'POST', `/api/drills/${drill}/status-updates`, { status: 'investigating', text, audience })
  await post('management', 'It costs a thousand an hour.')
  await post('customers', 'Some orders fail.')
  const shown = served.bench.ledger.statusUpdates(0).map(({ text }) => text)
  assert.deepEqual(shown, ['Some orders fail.'])
  await served.bench.engine.abort('enough')
})

test('wrong input is refused: an unknown person, and a message while no drill runs', async () => {
  await using served = new ServedBench()
  const drill = await paged(served, 2)
  assert.equal((await served.ask('trainee', 'POST', `/api/drills/${drill}/people/nobody/messages`, { text: 'Hello?' })).status, 400)
  await served.bench.engine.abort('enough')
  const late = await served.ask('trainee', 'POST', `/api/drills/${drill}/people/customer/messages`, { text: 'Hello?' })
  assert.equal(late.status, 409)
  assert.match(late.text, /is not running any more/)
})

test('an agent talks to people through MCP', async () => {
  await using served = new ServedBench()
  const drill = await paged(served, 45)
  const api = served.trainee
  const tool = (name: string) => {
    const found = tools.find((each) => each.name === name)
    assert.ok(found)
    return (input: object) => found.run(api, found.input.parse(input))
  }
  await tool('message_person')({ person: 'support-lead', text: 'We are on it, and write again in ten minutes.' })
  await tool('post_status_update')({ status: 'investigating', text: 'Checkout fails.', nextInMs: 600_000 })
  await tool('ask_quiet')({ forMs: 60_000 })
  await served.bench.pass(12)
  const listed = (await tool('list_people')({})) as Listed & { said: { from?: string; to?: string }[] }
  assert.deepEqual(
    listed.said.map(({ from, to }) => from ?? `to ${to}`),
    ['support-lead', 'to support-lead', 'support-lead'],
  )
  assert.ok(listed.quietLeftMs > 0)
  assert.ok(served.bench.events(drill).some((event) => event.type === 'status-posted' && event.nextInMs === 600_000))
  await served.bench.engine.abort('enough')
})
