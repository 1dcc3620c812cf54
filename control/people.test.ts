import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { GameDays } from './game-days.ts'
import { memberKey, People, personCookie } from './people.ts'
import { EngineBench, scenarios } from './replay/engine-bench.ts'

/** A request with these cookies, authorised by a member's token or one of the range's. */
const request = ({ cookie, person = null, role = 'trainee' }: { cookie?: string; person?: string | null; role?: string | null } = {}) =>
  // Safe: only these properties are read.
  ({ headers: { cookie }, person, role }) as unknown as FastifyRequest

function day(bench: EngineBench) {
  const gameDays = new GameDays(bench.ledger, bench.engine, scenarios)
  const { id, code } = gameDays.plan('Friday', ['slow-shelves'], 'learning')
  const join = (name: string) => gameDays.join(code, name, 'operations').person
  return { id, gameDays, people: new People(gameDays), join }
}
const robin = { name: 'Robin', role: 'operations' }

test('a member is identified by the token that authorised the request, and otherwise by the browser’s cookie', () => {
  using bench = new EngineBench()
  const { people, join } = day(bench)
  const [robins, sams] = [join('Robin'), join('Sam')]
  assert.deepEqual(people.of(request({ person: robins })), robin)
  assert.deepEqual(people.of(request({ cookie: `${personCookie}=${robins}` })), robin)
  assert.deepEqual(people.of(request({ cookie: `firedrill=x;  ${personCookie}=${robins}; other=y` })), robin)
  assert.deepEqual(people.of(request({ person: robins, cookie: `${personCookie}=${sams}` })), robin, 'whatever else is sent')
})

test('without a member’s token, a request is from nobody on the team', () => {
  using bench = new EngineBench()
  const { people, join } = day(bench)
  const robins = join('Robin')
  for (const cookie of [undefined, '', `x${personCookie}=${robins}`, `${personCookie}=${robins}x`, `${personCookie}=`])
    assert.equal(people.of(request(cookie === undefined ? {} : { cookie })), undefined, String(cookie))
  assert.equal(people.of(request({ person: 'somebody else' })), undefined)
})

test('a request’s viewer is the member, or else the role', () => {
  using bench = new EngineBench()
  const { people, join } = day(bench)
  const robins = join('Robin')
  assert.deepEqual(people.viewer(request({ person: robins })), { key: 'Robin of the team', by: robin })
  assert.deepEqual(people.viewer(request({ role: 'instructor' })), { key: 'instructor', by: undefined })
  assert.deepEqual(people.viewer(request({ role: null })), { key: 'nobody', by: undefined })
  assert.deepEqual(people.byKey(memberKey('Robin')), robin)
  assert.equal(people.byKey('Robin'), undefined)
  assert.equal(people.byKey('trainee'), undefined)
})

test('access ends when a member is removed, and for everybody when the game day is over', async () => {
  using bench = new EngineBench()
  const { id, gameDays, people, join } = day(bench)
  const [robins, sams] = [join('Robin'), join('Sam')]
  const stay = () => [robins, sams, null].map((person) => people.mayStay(request({ person })))
  assert.deepEqual(stay(), [true, true, true])
  gameDays.revoke(id, 'Robin')
  assert.deepEqual(stay(), [false, true, true])
  await gameDays.end(id)
  assert.deepEqual(stay(), [false, false, true], 'those who came by a token of the range may')
  assert.equal(people.of(request({ person: sams })), undefined)
  assert.equal(people.byKey(memberKey('Sam')), undefined)
})
