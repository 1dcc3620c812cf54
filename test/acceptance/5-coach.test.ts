import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import { startScriptedServer, type Script } from '../../coach/agent/scripted-server.ts'
import type { DrillEvent } from '../../model/drill.ts'
import type { Scenario } from '../../model/scenario.ts'
import { until } from '../../model/until.ts'
import { client, dir, ensureFree, firedrill, json } from './test-range.ts'

const trainee = () => client('trainee')
const instructor = () => client('instructor')
const view = (id: string, who = trainee()) => who.get('/api/drills/:id', { id })
/** Its author allows easing. */
const played = { scenario: 'every-fourth-page', variant: 'stock' }

/** One drill is played across the tests. */
let id = ''
let hints: Scenario['milestones']
before(async () => {
  await ensureFree()
  hints = (await instructor().get('/api/scenarios/:id/plan', { id: played.scenario, query: { seed: 0, variant: played.variant } }))
    .milestones
})
after(async () => {
  await json('coach', 'off')
  if ((await view(id).catch(() => null))?.drill.phase === 'running') await trainee().post('/api/drills/:id/abort', { id })
})

/** Writes to the coach, and waits for its answer. */
async function ask(text: string): Promise<Extract<DrillEvent, { type: 'coach-replied' }>> {
  const { id: to } = await trainee().post('/api/drills/:id/coach', { id, body: { text } })
  return until('an answer', 15_000, async () => {
    const found = (await view(id)).events.find((event) => event.type === 'coach-replied' && event.to === to)
    return found?.type === 'coach-replied' ? found : null
  })
}
const secret = async () => (await view(id, instructor())).events

test('the configuration is shown, but never the key', async () => {
  process.env['TEST_COACH_KEY'] = 'sk-secret'
  const set = await firedrill([
    'coach',
    'use',
    'anthropic',
    '--model',
    'some-model',
    '--key-from',
    'TEST_COACH_KEY',
    '--dir',
    dir,
    '--json',
  ])
  assert.equal(set.code, 0, set.stderr)
  assert.ok(!set.stdout.includes('sk-secret'))
  assert.ok(!(await firedrill(['coach', 'status', '--dir', dir])).stdout.includes('sk-secret'))
  const wrong = await firedrill(['coach', 'use', 'openai-compatible', '--url', 'ollama', '--model', 'x', '--dir', dir])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /--url/)
  assert.match((await firedrill(['coach', 'use', 'oracle', '--dir', dir])).stderr, /<provider>/)
})

test('a model that cannot be used leaves the configured one', async () => {
  const isRefused = async (args: string[], reason: RegExp) => {
    const { code, stderr } = await firedrill(['coach', 'use', ...args, '--dir', dir])
    assert.equal(code, 1, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, reason)
  }
  await json('coach', 'use', 'openai-compatible', '--url', 'http://127.0.0.1:9/v1', '--model', 'kept')
  const inForce = await json<unknown>('coach', 'status')
  await isRefused(['openai-compatible', '--url', 'not an address', '--model', 'other'], /--url/)
  await isRefused(['openai-compatible', '--url', 'http://127.0.0.1:9/v1'], /--model/)
  await isRefused(['anthropic', '--model', 'other', '--key-from', 'FIREDRILL_NO_SUCH_KEY'], /is not set/)
  await isRefused(['somebody', '--model', 'other'], /provider/)
  assert.deepEqual(await json('coach', 'status'), inForce)
})

test('without a model the author’s words are used, when the policy decides', async () => {
  await json('coach', 'off')
  id = (await startWhenSteady(trainee(), { ...played, trainee: 'Robin' }, 60_000)).id
  await until('the page', 60_000, async () => (await view(id)).drill.pagedAt !== null)
  const first = await ask('I have no idea what to do, help me')
  assert.equal(first.words, 'author')
  assert.equal(first.text, hints.acknowledged.hints.orient)
  assert.match((await ask('Another hint please')).text, /Try the last hint first; there is another in \d+ s/)
  assert.match((await ask('It is slow for everybody, I think.')).text, /\?/, 'who thinks aloud is asked something')
  assert.equal((await view(id)).drill.hints.length, 1)
})

test('a model words the messages; forbidden content does not go out, and its tool calls are only requests', async () => {
  let script: Script | ((count: number) => Script) = {}
  let count = 0
  await using server = await startScriptedServer(() => (typeof script === 'function' ? script(++count) : script))
  await json('coach', 'use', 'openai-compatible', '--url', server.url, '--model', 'scripted')
  await trainee().post('/api/drills/:id/acknowledge', { id })

  script = { text: ['Good that you are on it. ', 'What do users feel, and since when?'] }
  const worded = await ask('So now I am on it.')
  assert.deepEqual([worded.words, worded.text], ['model', 'Good that you are on it. What do users feel, and since when?'])

  script = { text: ['It is inventory, and you have to roll back its release.'] }
  const kept = await ask('Come on, tell me the answer.')
  assert.equal(kept.words, 'author')
  assert.ok((await secret()).some((event) => event.type === 'coach-fell-back' && /a name that the drill has not mentioned/.test(event.why)))

  script = (call) =>
    call % 2 === 1
      ? { tools: ['finish', 'pause', 'extend_time', 'ease_scenario'].map((name) => ({ name, input: {} })) }
      : { text: ['What have you looked at so far?'] }
  count = 0
  await ask('Hello there')
  const uses = (await secret()).filter((event) => event.type === 'coach-used-tool')
  assert.equal(uses.length, 4)
  assert.ok(uses.every(({ allowed }) => !allowed))
  assert.equal((await view(id)).drill.phase, 'running')

  const seen = JSON.stringify((await view(id)).events)
  assert.ok(!seen.includes('coach-used-tool') && !seen.includes('coach-fell-back'), 'the trainee is not told of it')
  assert.ok(!JSON.stringify(server.requests).includes(hints.mitigated.hints.tell), 'the model never reads what was not given')
})

test('when its server is down the author’s words are used, and the drill continues', async () => {
  const answer = await ask('Are you still there?')
  assert.equal(answer.words, 'author')
  const { given } = await instructor().post('/api/drills/:id/hint', { id })
  assert.ok(given)
  assert.equal((await view(id)).drill.phase, 'running')
})

/** The percentage of pages that the fault fails, where it is injected. */
const standing = async () => (await instructor().get('/api/faults')).open.map(({ params }) => (params as { percent: number }).percent)

test('the instructor gives every hint for a step', async () => {
  assert.deepEqual(await standing(), [25])
  for (let given = true; given;) ({ given } = await instructor().post('/api/drills/:id/hint', { id }))
  const { drill } = await view(id)
  assert.deepEqual(
    drill.hints.flatMap(({ milestone, rung }) => (milestone === 'located' ? [rung] : [])),
    ['orient', 'point', 'tell'],
  )
  assert.equal(drill.easedAt, null, 'the last of them is to be tried first')
})

test('the instructor takes over, and the trainee asks for quiet', async () => {
  await assert.rejects(trainee().put('/api/drills/:id/coach/mode', { id, body: { mode: 'muted' } }), /instructor/)
  await instructor().put('/api/drills/:id/coach/mode', { id, body: { mode: 'instructor' } })
  const { id: to } = await trainee().post('/api/drills/:id/coach', { id, body: { text: 'Who is there?' } })
  await instructor().post('/api/drills/:id/messages', { id, body: { text: 'It is I.' } })
  const { events, drill } = await view(id)
  assert.equal(drill.coach, 'instructor')
  assert.ok(!events.some((event) => event.type === 'coach-replied' && event.to === to))
  await instructor().put('/api/drills/:id/coach/mode', { id, body: { mode: 'auto' } })
  await trainee().post('/api/drills/:id/coach/snooze', { id, body: { forMs: 60_000 } })
  assert.ok((await view(id)).drill.snoozedUntil > Date.now())
  await assert.rejects(trainee().post('/api/drills/:id/coach', { id, body: { text: '' } }), /text/)
})

test('a trainee who makes no progress with every hint gets an easier scenario, within the author’s limits', async () => {
  await until('it to be made easier', 120_000, async () => (await view(id)).drill.easedAt !== null)
  await until('the fault to be changed', 20_000, async () => JSON.stringify(await standing()) === '[12]')
})

test('at the end the coach says its closing words', async () => {
  await trainee().post('/api/drills/:id/finish', { id })
  const said = await until('the words of the coach', 20_000, async () =>
    (await view(id)).events.find((event) => event.type === 'coach-debriefed'),
  )
  assert.match(said.type === 'coach-debriefed' ? said.text : '', /The drill ended after .* with acknowledged reached/)
  // It is sent once the range is restored.
  await instructor().get('/api/fingerprint')
  assert.deepEqual(await standing(), [])
})

test('what was found out before is hidden from a trainee who plays the same again', async () => {
  const earlier = id
  assert.ok(await trainee().get('/api/drills/:id/debrief', { id: earlier }))
  const { hints: given } = (await view(earlier)).drill
  assert.ok(given.length >= 4 && given.every(({ text }) => text !== ''))
  id = (await startWhenSteady(trainee(), { ...played, trainee: 'Kim' }, 60_000)).id
  const { get, text } = trainee()
  for (const read of [
    () => get('/api/drills/:id', { id: earlier }),
    () => get('/api/drills/:id/debrief', { id: earlier }),
    () => text('/api/drills/:id/postmortem.md', { id: earlier }),
  ])
    await assert.rejects(read, /the same scenario is being played/)
  assert.ok(await instructor().get('/api/drills/:id/debrief', { id: earlier }))
  const { drills } = await trainee().get('/api/drills')
  assert.equal(drills.find((drill) => drill.id === earlier)?.hints.length, given.length)
  assert.ok(drills.every((drill) => drill.hints.every(({ text }) => text === '')))
  await trainee().post('/api/drills/:id/abort', { id })
  assert.ok(await trainee().get('/api/drills/:id/debrief', { id: earlier }))
})
