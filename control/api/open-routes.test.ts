import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { PublicStatus } from '../../model/public-status.ts'
import { ServedBench } from '../replay/served-bench.ts'

const read = async (served: ServedBench) =>
  (await (await served.app).inject({ method: 'GET', url: '/api/status', headers: { host: served.host } })).json<PublicStatus>()

const table: [good: number, slow: number, error: number, state: string][] = [
  [0, 0, 0, 'unknown'],
  [2, 0, 0, 'unknown'],
  [3, 0, 0, 'operational'],
  [91, 9, 0, 'operational'],
  [90, 10, 0, 'degraded'],
  [99, 0, 1, 'operational'],
  [98, 0, 2, 'degraded'],
  [51, 0, 49, 'degraded'],
  [50, 0, 50, 'outage'],
]

/** Prometheus's counts of that in each minute. */
const counting = (counts: Record<'good' | 'slow' | 'error', number>) => async (url: string | URL | Request) => {
  const { searchParams } = new URL(String(url))
  const outcome = (['good', 'slow', 'error'] as const).find((each) => searchParams.get('query')?.includes(`"${each}"`)) ?? 'good'
  const [start = 0, end = 0, step = 60] = ['start', 'end', 'step'].map((name) => Number(searchParams.get(name)))
  const values: [number, string][] = []
  for (let at = start; at <= end; at += step) values.push([at, String(counts[outcome])])
  return Response.json({ data: { result: [{ metric: { journey: 'browse' }, values }] } })
}

test('the state of a journey depends on the share of its requests that were slow or failed', async () => {
  await using served = new ServedBench()
  for (const [good, slow, error, state] of table) {
    const fetched = mock.method(globalThis, 'fetch', counting({ good, slow, error }))
    // An answer is cached for two seconds.
    served.bench.now += 3_000
    const { journeys } = await read(served)
    fetched.mock.restore()
    assert.deepEqual(
      journeys.map(({ journey, state: now, history }) => [journey, now, history.length]),
      [
        ['browse', state, 60],
        ['checkout', 'unknown', 60],
        ['fulfilment', 'unknown', 60],
      ],
      `${good} good, ${slow} slow, ${error} failed`,
    )
    assert.ok(journeys[0]?.history.every(({ state: then }) => then === state))
  }
})

test('everybody may read it, with the updates to customers in the last day, also without Prometheus', async () => {
  await using served = new ServedBench()
  const { bench } = served
  await bench.start()
  bench.engine.messages.postStatus({ status: 'investigating', text: 'we look into it' })
  bench.engine.messages.postStatus({ status: 'investigating', text: 'for the house', audience: 'management' })
  const { journeys, updates } = await read(served)
  assert.deepEqual(
    updates.map(({ text }) => text),
    ['we look into it'],
  )
  assert.ok(journeys.every(({ state, history }) => state === 'unknown' && history.length === 0))
  // The answer is cached.
  bench.engine.messages.postStatus({ status: 'identified', text: 'we know why' })
  bench.now += 2_000
  assert.equal((await read(served)).updates.length, 1)
  bench.now += 1
  assert.equal((await read(served)).updates.length, 2)
  await bench.engine.abort('enough')
})

test('a browser session starts with a person’s token, and can be ended', async () => {
  await using served = new ServedBench()
  const app = await served.app
  const headers = { host: served.host }
  const login = (token: string) => app.inject({ method: 'POST', url: '/api/session', headers, payload: { token } })
  for (const token of ['', 'wrong', 'service']) assert.equal((await login(token)).statusCode, 401, token)
  for (const role of ['trainee', 'instructor'] as const) {
    const answer = await login(role)
    assert.deepEqual([answer.statusCode, answer.json()], [200, { role }])
    const cookie = String(answer.headers['set-cookie'])
    assert.match(cookie, /; HttpOnly; SameSite=Strict; Max-Age=604800$/)
    const session = await app.inject({ method: 'GET', url: '/api/session', headers: { ...headers, cookie: cookie.split(';')[0] ?? '' } })
    assert.deepEqual(session.json(), { role, profile: 'drill' })
  }
  assert.equal((await app.inject({ method: 'GET', url: '/api/session', headers })).json<{ role: null }>().role, null)
  const out = await app.inject({ method: 'DELETE', url: '/api/session', headers })
  assert.match(String(out.headers['set-cookie']), /Max-Age=0$/)
})
