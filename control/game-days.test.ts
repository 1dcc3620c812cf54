import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { paperHost, paperTokens } from './replay/paper-context.ts'
import { GameDays } from './game-days.ts'
import { scenarios, shifts } from './replay/engine-bench.ts'
import { ServedBench } from './replay/served-bench.ts'
import { playedWith } from './shifts.ts'
import type { Debrief } from '../model/debrief.ts'

interface Planned {
  id: string
  code: string
}

async function planned(served: ServedBench): Promise<Planned> {
  const { status, text } = await served.ask('instructor', 'POST', '/api/game-days', { title: 'Friday', scenarios: ['slow-shelves'] })
  assert.equal(status, 201, text)
  return JSON.parse(text) as Planned
}

/** The cookies of somebody who has only the link. */
async function join(served: ServedBench, { code }: Planned, name: string, role = 'operations'): Promise<string> {
  const answer = await (
    await served.app
  ).inject({ method: 'POST', url: '/api/game-day/join', headers: { host: paperHost }, payload: { code, name, role } })
  assert.equal(answer.statusCode, 201, answer.body)
  return [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ')
}
const as = async (served: ServedBench, cookie: string, url = '/api/game-day') =>
  (await served.app).inject({ url, headers: { host: paperHost, cookie } })

test('each person who joins gets a token of their own, and never the range’s', async () => {
  await using served = new ServedBench()
  const day = await planned(served)
  const [robin, sam] = [await join(served, day, 'Robin'), await join(served, day, 'Sam')]
  assert.notEqual(robin, sam)
  for (const cookie of [robin, sam]) assert.ok(!cookie.includes(`=${paperTokens.trainee}`), 'the range’s token')
  const answer = await as(served, robin)
  assert.deepEqual([answer.statusCode, answer.json<{ me: unknown }>().me], [200, { name: 'Robin', role: 'operations' }])
  assert.equal((await as(served, robin, '/api/faults')).statusCode, 403, 'a trainee’s')
  const token = /firedrill=([^;]+)/.exec(robin)?.[1] ?? ''
  // An agent of theirs can use it through MCP.
  const bearer = await (await served.app).inject({ url: '/api/drills', headers: { host: paperHost, authorization: `Bearer ${token}` } })
  assert.equal(bearer.statusCode, 200)
  // Other headers do not change the identity.
  const sams = /firedrill-person=[^;]+/.exec(sam)?.[0] ?? ''
  const mixed = await as(served, `firedrill=${token}; ${sams}`)
  assert.deepEqual(mixed.json<{ me: unknown }>().me, { name: 'Robin', role: 'operations' })
})

test('a member who was removed is refused; the others stay until the game day ends', async () => {
  await using served = new ServedBench()
  const day = await planned(served)
  const [robin, sam] = [await join(served, day, 'Robin'), await join(served, day, 'Sam')]
  assert.equal((await served.ask('trainee', 'DELETE', `/api/game-days/${day.id}/people/Robin`)).status, 403)
  assert.equal((await served.ask('instructor', 'DELETE', `/api/game-days/${day.id}/people/Eve`)).status, 404)
  assert.equal((await served.ask('instructor', 'DELETE', `/api/game-days/${day.id}/people/Robin`)).status, 200)
  assert.deepEqual([(await as(served, robin)).statusCode, (await as(served, sam)).statusCode], [401, 200])
  await served.ask('instructor', 'POST', `/api/game-days/${day.id}/end`)
  assert.equal((await as(served, sam)).statusCode, 401)
  // Another game day does not admit them either.
  await planned(served)
  assert.deepEqual([(await as(served, robin)).statusCode, (await as(served, sam)).statusCode], [401, 401])
})

test('listeners receive nothing after the game day has ended', async () => {
  await using served = new ServedBench()
  const day = await planned(served)
  const cookie = await join(served, day, 'Robin')
  const app = await served.app
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const request = http.get({ host: '127.0.0.1', port, path: '/api/live', headers: { host: paperHost, cookie } })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  assert.equal(response.statusCode, 200)
  await served.ask('instructor', 'POST', `/api/game-days/${day.id}/end`)
  response.resume()
  await once(response, 'end')
})

test('a game day knows its drills, also those that started when the control plane died, and plays none twice', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const plan = ['slow-shelves', 'every-fourth-page', 'stuck-checkout']
  const { text } = await served.ask('instructor', 'POST', '/api/game-days', { title: 'Friday', scenarios: plan })
  const { id } = JSON.parse(text) as Planned
  await bench.pass(20)
  const { appendToGameDay } = bench.ledger
  bench.ledger.appendToGameDay = () => {
    throw new Error('the process was killed')
  }
  assert.equal((await served.ask('instructor', 'POST', `/api/game-days/${id}/next`)).status, 500)
  bench.ledger.appendToGameDay = appendToGameDay
  const running = bench.engine.running()?.id
  assert.ok(running)
  const after = new GameDays(bench.ledger, bench.engine, scenarios)
  assert.deepEqual(after.state(id).drills, [{ drill: running, scenario: 'slow-shelves' }])
  await bench.engine.abort('enough')
  // Another drill comes in between.
  await bench.start()
  await bench.engine.abort('enough')
  for (const time of [1, 2]) {
    await bench.pass(20)
    await after.next(id)
    if (time === 1) await bench.engine.abort('enough')
  }
  assert.deepEqual(
    after.state(id).drills.map(({ scenario }) => scenario),
    plan,
  )
  await after.end(id)
  assert.equal(bench.engine.running(), null)
})

test('status updates count in a drill that starts while somebody has the communications role', async () => {
  for (const [role, expected] of [
    ['communications', 'scored'],
    ['commander', 'optional'],
  ] as const) {
    await using served = new ServedBench()
    const { bench } = served
    const day = await planned(served)
    await join(served, day, 'Sam', role)
    await bench.pass(20)
    assert.equal((await served.ask('instructor', 'POST', `/api/game-days/${day.id}/next`)).status, 201)
    const drill = bench.engine.running()?.id ?? ''
    const { communication } = await served.read<{ communication: string }>('trainee', `/api/drills/${drill}/people`)
    assert.equal(communication, expected)
    await bench.engine.finish()
    const { score } = await served.read<Debrief>('trainee', `/api/drills/${drill}/debrief`)
    assert.equal(
      score.lines.some(({ what }) => what === 'communication'),
      expected === 'scored',
    )
  }
})

test('a shift is played on a game day like a scenario; status updates give no points in it', async () => {
  await using served = new ServedBench()
  const { bench } = served
  const gameDays = new GameDays(bench.ledger, bench.engine, playedWith(scenarios, shifts))
  assert.throws(() => gameDays.plan('Friday', ['loud-sunday'], 'learning'), /there is no scenario 'loud-sunday', and no shift/)
  const { id, code } = gameDays.plan('Friday', ['quiet-sunday', 'slow-shelves'], 'learning')
  gameDays.join(code, 'Sam', 'communications')
  await bench.pass(20)
  const drill = await gameDays.next(id)
  assert.deepEqual([drill.shift, drill.scenario, drill.blind, drill.communications], [true, 'quiet-sunday', true, false])
  await bench.engine.finish()
  const { gameDays: all } = await served.read<{ gameDays: { drills: { title: string }[] }[] }>('instructor', '/api/game-days')
  assert.deepEqual(
    all[0]?.drills.map(({ title }) => title),
    ['A quiet Sunday'],
  )
  await bench.pass(20)
  const next = await gameDays.next(id)
  assert.deepEqual([next.shift, next.communications], [false, true])
})
