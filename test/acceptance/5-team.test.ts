import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import { usersOn } from '../../drills/users.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import type { PublicStatus } from '../../model/public-status.ts'
import { usualUsers } from '../../model/range.ts'
import { whenSteady } from '../../model/start-when-steady.ts'
import { until } from '../../model/until.ts'
import { atRest, base, client, ensureFree, range, state } from './test-range.ts'

interface Person {
  name: string
  call<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }>
}
interface View {
  drill: DrillState
  events: DrillEvent[]
}

/** A browser of somebody who has only the link: its rights come from the cookies that it received. */
async function join(code: string, name: string, role: string): Promise<Person> {
  const answer = await fetch(`${base}/api/game-day/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, name, role }),
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return {
    name,
    async call(method, path, body) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: (await response.json()) as never }
    },
  }
}

before(async () => {
  await ensureFree()
})

describe('a game day', () => {
  let robin: Person
  let sam: Person
  let gameDay: { id: string; code: string }
  let drill: string
  const instructor = () => client('instructor')
  const view = () => instructor().get('/api/drills/:id', { id: drill })

  test('is planned, and joined by its link alone', async () => {
    await assert.rejects(
      instructor().post('/api/game-days', { body: { title: 'Friday', scenarios: ['no-such'] } }),
      /no scenario 'no-such'/,
    )
    gameDay = await instructor().post('/api/game-days', { body: { title: 'Friday', scenarios: ['slow-shelves', 'stuck-checkout'] } })
    await assert.rejects(instructor().post('/api/game-days', { body: { title: 'Other', scenarios: ['payday'] } }), /a game day is open/)
    const refused = await fetch(`${base}/api/game-day/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'guessed', name: 'Eve', role: 'operations' }),
    })
    assert.equal(refused.status, 404)
    robin = await join(gameDay.code, 'Robin', 'operations')
    sam = await join(gameDay.code, 'Sam', 'commander')
    await assert.rejects(join(gameDay.code, 'robin', 'observer'), /already/)
    assert.equal((await robin.call('POST', `/api/game-days/${gameDay.id}/next`)).status, 403, 'the instructor leads')
    assert.equal((await sam.call('PUT', '/api/game-day/role', { role: 'communications' })).status, 200)
    const { body } = await robin.call<{ gameDay: unknown; me: unknown }>('GET', '/api/game-day')
    assert.deepEqual(body.me, { name: 'Robin', role: 'operations' })
    assert.doesNotMatch(
      JSON.stringify(body),
      new RegExp(`${gameDay.code}|stuck-checkout|slow-shelves`),
      'no code, and nothing of what is to come',
    )
  })

  test('its members share one timeline, with their names, and update the users', async () => {
    await robin.call('POST', '/api/game-day/chat', { text: 'Ready when you are' })
    // As in the console: new users make a busy range slow for a moment.
    const next = () => instructor().post('/api/game-days/:id/next', { id: gameDay.id })
    drill = (await whenSteady(next, 60_000)).drill
    await until('the page', 60_000, async () => (await view()).drill.pagedAt !== null)
    await robin.call('POST', `/api/drills/${drill}/acknowledge`)
    await robin.call('POST', '/api/game-day/chat', { text: 'I look at the catalogue' })
    await sam.call('POST', `/api/drills/${drill}/status-updates`, { status: 'investigating', text: 'Some pages are slow' })
    const { body } = await sam.call<View>('GET', `/api/drills/${drill}`)
    const told = body.events.map(({ type, by }) => ({ type, by }))
    for (const type of ['page-acknowledged', 'said'] as const) {
      assert.deepEqual(told.find((event) => event.type === type)?.by, { name: 'Robin', role: 'operations' })
    }
    assert.deepEqual(told.find(({ type }) => type === 'status-posted')?.by, { name: 'Sam', role: 'communications' })
    const day = await robin.call<{ gameDay: { talk: { text: string }[] } }>('GET', '/api/game-day')
    assert.deepEqual(
      day.body.gameDay.talk.map(({ text }) => text),
      ['Ready when you are', 'I look at the catalogue', 'Some pages are slow'],
    )
  })

  test('the status page is for everybody, and shows symptoms only', async () => {
    // Like any visitor: without a cookie.
    const status = await until('the slowness to show', 60_000, async () => {
      const answer = (await (await fetch(`${base}/api/status`)).json()) as PublicStatus
      return answer.journeys.some(({ state }) => state === 'degraded' || state === 'outage') && answer
    })
    assert.equal(status.updates[0]?.text, 'Some pages are slow')
    assert.equal(status.journeys.find(({ journey }) => journey === 'browse')?.history.length, 60)
    assert.doesNotMatch(JSON.stringify(status), /slow-shelves|inventory|1\.5\.0|release/)
  })

  test('a paused clock counts nothing, and nothing can be done meanwhile', async () => {
    const deadline = async () => (await instructor().get('/api/faults')).open[0]?.deadlineAt ?? 0
    const deadlineBefore = await deadline()
    const { limitMs } = (await view()).drill
    await instructor().post('/api/drills/:id/pause', { id: drill })
    const refused = await robin.call<{ error: { message: string } }>('POST', '/api/actions/list-releases', {
      params: { service: 'inventory' },
    })
    assert.equal(refused.status, 409)
    assert.match(refused.body.error.message, /paused/)
    assert.equal((await robin.call('POST', `/api/drills/${drill}/chat`, { text: 'A breather' })).status, 200, 'people may talk')
    const since = Date.now()
    await until('some seconds to pass', 10_000, async () => Date.now() - since > 3_000)
    await instructor().post('/api/drills/:id/continue', { id: drill })
    const { drill: after, events } = await view()
    assert.equal(after.phase, 'running')
    assert.equal(after.limitMs, limitMs)
    const [pause] = after.pauses
    const paused = (pause?.to ?? 0) - (pause?.from ?? 0)
    assert.ok(paused >= 3_000)
    assert.ok(events.some((event) => event.type === 'drill-continued' && event.harm.good + event.harm.slow + event.harm.failed > 0))
    // The fault's deadline has moved by exactly the pause.
    assert.ok(Math.abs((await deadline()) - deadlineBefore - paused) < 1_000)
  })

  test('afterwards there is a debrief with all members, and a postmortem with its graphs', async () => {
    // Not the reference solution, but an even older release: a fix that no scenario lists counts as well.
    assert.equal((await robin.call('POST', '/api/actions/deploy', { params: { service: 'inventory', version: '1.3.1' } })).status, 200)
    await until('the recovery', 90_000, async () => (await view()).drill.milestones.recovered !== null)
    if ((await view()).drill.phase === 'running') await robin.call('POST', `/api/drills/${drill}/finish`)
    const archive = await fetch(`${base}/api/drills/${drill}/postmortem.zip`, {
      headers: { authorization: `Bearer ${state.config().tokens.trainee}` },
    })
    const files = unzipSync(new Uint8Array(await archive.arrayBuffer()))
    const text = strFromU8(files['postmortem.md'] ?? new Uint8Array())
    assert.match(text, /Robin: I look at the catalogue/)
    const graphs = [...text.matchAll(/!\[[^\]]+\]\((graphs\/[^)]+\.svg)\)/g)].map(([, file = '']) => file)
    assert.ok(graphs.length >= 4)
    for (const file of graphs) assert.match(strFromU8(files[file] ?? new Uint8Array()), /^<svg [\s\S]*<path d="M[\d.]+ [\d.]+L/)
    await robin.call('POST', `/api/drills/${drill}/notes`, { text: 'A thought of the day after' })
    assert.ok((await view()).events.some((event) => event.type === 'note-added' && event.by?.name === 'Robin'))
    const progress = await instructor().get('/api/progress')
    assert.ok(progress.skills.find(({ skill }) => skill === 'exemplars')?.scores.length)
    await instructor().post('/api/game-days/:id/end', { id: gameDay.id })
    assert.equal((await robin.call('GET', '/api/game-day')).status, 401, 'what lets people in ends with the game day')
  })
})

test('a fault can ramp, and is reverted from its final value', async () => {
  await atRest()
  const instructor = client('instructor')
  const before = (await range().load.status()).users
  // A faster machine has more of them, and a larger load spike.
  const most = usersOn(range(), 2 * usualUsers)
  await assert.rejects(
    instructor.post('/api/faults/:id', {
      id: 'slow-bank',
      body: {
        params: { latencyMs: 500 },
        forMs: 60_000,
        ramp: { param: 'latencyMs', from: 100, overMs: 5_000 },
      },
    }),
    /cannot ramp/,
  )
  await assert.rejects(
    instructor.post('/api/faults/:id', {
      id: 'load-spike',
      body: { params: { users: 40 }, forMs: 60_000, ramp: { param: 'users', from: -5, overMs: 5_000 } },
    }),
    /users/,
  )
  const record = await instructor.post('/api/faults/:id', {
    id: 'load-spike',
    body: {
      params: { users: 2 * usualUsers },
      forMs: 60_000,
      ramp: { param: 'users', from: usualUsers, overMs: 10_000 },
    },
  })
  const seen = new Set<number>()
  await until('the ramp to be at its end', 40_000, async () => {
    const { users } = await range().load.status()
    seen.add(users)
    return users === most
  })
  assert.ok(
    [...seen].some((users) => users > before && users < most),
    `it came in one step: ${[...seen].join(', ')}`,
  )
  await instructor.delete('/api/faults/:instance', { instance: record.instance })
  await until('the users of before', 20_000, async () => (await range().load.status()).users === before)
})
