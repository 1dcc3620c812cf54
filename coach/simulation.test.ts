import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { milestoneNames } from '../model/scenario.ts'
import { personaNamed } from './personas.ts'
import { simulate } from './simulation.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))
const played = (who: string, help: Parameters<typeof simulate>[2], seed = 1) => simulate(scenario, personaNamed(who), help, seed)
const types = ({ events }: ReturnType<typeof simulate>) => events.map(({ type }) => type)

test('a drill is played from its page to the last milestone, and its events show that', () => {
  const { completed, tookMs, events } = played('steady', 'none')
  assert.deepEqual([events[0]?.type, events[1]?.type, events[1]?.at], ['drill-started', 'page-received', 10_000])
  const reached = events.flatMap((event) => (event.type === 'milestone-reached' ? [event.milestone] : []))
  assert.deepEqual([completed, reached], [true, [...milestoneNames]])
  assert.equal(tookMs, (events.at(-1)?.at ?? 0) + 1_000)
  assert.deepEqual(played('steady', 'none').events, events, 'a seed plays the same each time')
  assert.notDeepEqual(played('steady', 'none', 2).events, events)
})

test('events are numbered in their order', () => {
  const { events } = played('wanderer', 'coach')
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, index) => index + 1),
  )
  assert.deepEqual(
    events.map(({ at }) => at),
    events.map(({ at }) => at).toSorted((a, b) => a - b),
  )
})

test('a trainee who cannot be helped gets every hint, and then the scenario is eased, once', () => {
  const hopeless = { ...personaNamed('gives up'), leftAfter: { orient: 1, point: 1, tell: 1 } }
  const { completed, events, hints } = simulate(scenario, hopeless, 'coach', 1)
  const eased = events.flatMap((event) => (event.type === 'scenario-eased' ? [event.what] : []))
  assert.deepEqual([completed, hints.length, eased], [false, 3, [scenario.ease?.what]])
  assert.ok(!simulate(scenario, hopeless, 'button', 1).events.some(({ type }) => type === 'scenario-eased'))
})

test('a trainee who never succeeds plays until the time is up', () => {
  const { completed, tookMs } = played('gives up', 'none')
  assert.deepEqual([completed, tookMs], [false, scenario.limit + 1_000])
})

test('hints come only with help: with the button on request, with a coach also unasked', () => {
  const asking = played('hint gamer', 'button')
  assert.ok(asking.hints.length > 0 && asking.hints.every(({ reason }) => reason === 'asked'))
  assert.ok(types(asking).includes('hint-asked'))
  assert.deepEqual(played('hint gamer', 'none').hints, [])
  assert.ok(!types(played('hint gamer', 'none')).includes('hint-asked'))
  const lost = played('wanderer', 'button')
  assert.deepEqual([lost.hints, types(lost).includes('coach-said')], [[], false], 'he does not ask')
  const coached = played('wanderer', 'coach')
  assert.ok(coached.completed && coached.hints.some(({ reason }) => reason !== 'asked'))
  assert.ok(types(coached).includes('coach-said'), 'a milestone is praised')
})

test('a persona looks around, and names wrong causes if that is its style', () => {
  const guesses = types(played('trial and error', 'coach'))
  assert.ok(guesses.includes('cause-named') && guesses.includes('place-viewed'))
  assert.ok(!types(played('steady', 'coach')).includes('cause-named'))
})

test('when time is short, it is extended as often as the policy allows, and the coach announces the end', () => {
  const hurried = (help: Parameters<typeof simulate>[2]) => simulate({ ...scenario, limit: 240_000 }, personaNamed('gives up'), help, 1)
  const { completed, events, tookMs } = hurried('coach')
  const extended = events.flatMap((event) => (event.type === 'time-extended' ? [event.byMs] : []))
  assert.deepEqual(extended, [180_000, 180_000])
  assert.deepEqual([completed, tookMs], [false, 240_000 + 2 * 180_000 + 1_000])
  assert.ok(events.some((event) => event.type === 'coach-said' && event.about === 'the end'))
  assert.ok(!hurried('button').events.some(({ type }) => type === 'time-extended' || type === 'coach-said'))
})
