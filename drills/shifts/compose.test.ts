import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { Shift } from '../../model/shift.ts'
import { loadScenarios } from '../scenarios.ts'
import { drawnScenario } from '../variants.ts'
import { playedShift } from './compose.ts'

const scenarios = loadScenarios(path.join(import.meta.dirname, '..', '..', 'scenarios'))
const bank = { fault: 'slow-bank', params: { latencyMs: 2_500 }, for: 25_000, what: '' }
/** Not in the order of their times. */
const shift: Shift = {
  id: 'ours',
  title: 'Ours',
  summary: 'S',
  difficulty: 'beginner',
  limit: 18e5,
  brief: 'Read.',
  debrief: 'Learn.',
  incidents: [
    {
      at: 3e5,
      scenario: 'stuck-checkout',
      breaks: ['users-served'],
      urgency: 'now',
      why: '',
    },
    {
      at: 6e4,
      scenario: 'silent-warehouse',
      breaks: ['orders-fulfilled'],
      urgency: 'soon',
      why: '',
    },
  ],
  noise: [
    {
      at: 9e5,
      alerts: ['Legacy*'],
      ...bank,
    },
    {
      at: 1e4,
      alerts: ['CheckoutLatencyBudgetBurn'],
      ...bank,
    },
  ],
}
const played = playedShift(shift, scenarios, null)
const drawn = (seed: number, variant: string | null = null) => drawnScenario(played, { seed, variant })

test('a shift is played as a scenario with the faults of all incidents, in the order of their times', () => {
  assert.deepEqual(
    [played.id, played.title, played.summary, played.difficulty, played.limit, played.story, played.debrief, played.people],
    ['ours', 'Ours', 'S', 'beginner', 1_800_000, 'Read.', 'Learn.', undefined],
  )
  const times = played.timeline.map(({ at }) => at)
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    [played.timeline[0], played.timeline.at(-1)?.at],
    [{ at: 10_000, fault: 'slow-bank', params: { latencyMs: 2_500 }, for: 25_000 }, 900_000],
  )
  assert.ok(played.alerts.allowed.includes('Legacy*'))
})

test('incidents are numbered as they begin, and each knows its own steps', () => {
  const incidents = played.incidents ?? []
  assert.deepEqual(
    incidents.map(({ place, at, scenario: { id }, breaks }) => [place, at, id, breaks]),
    [
      [1, 60_000, 'silent-warehouse', ['orders-fulfilled']],
      [2, 300_000, 'stuck-checkout', ['users-served']],
    ],
  )
  for (const { at, scenario, steps } of incidents)
    assert.deepEqual(
      steps.map((place) => played.timeline[place]),
      scenario.timeline.map((step) => ({ ...step, at: at + step.at })),
    )
  const own = incidents.flatMap(({ steps }) => steps)
  assert.equal(new Set(own).size, own.length)
  assert.equal(own.length + shift.noise.length, played.timeline.length)
})

test('all but the first step of a slow burn are delayed', () => {
  const slow: Shift = {
    ...shift,
    incidents: [
      {
        at: 60_000,
        scenario: 'one-in-ten',
        slowBurn: { for: 300_000, ticket: 'T', params: { percent: 5 } },
        breaks: ['users-served'],
        urgency: 'now',
        why: '',
      },
      { at: 120_000, scenario: 'silent-warehouse', breaks: ['orders-fulfilled'], urgency: 'soon', why: '' },
    ],
  }
  const { incidents = [], timeline } = playedShift(slow, scenarios, null)
  assert.deepEqual(
    incidents.map(({ place, at, scenario: { id } }) => [place, at, id]),
    [
      [1, 120_000, 'silent-warehouse'],
      [2, 360_000, 'one-in-ten'],
    ],
  )
  const burning = incidents[1]
  assert.deepEqual(
    burning?.steps.map((place) => timeline[place]?.at),
    burning?.scenario.timeline.map(({ at }, own) => (own === 0 ? 60_000 : 360_000) + at),
  )
  assert.deepEqual(
    burning?.steps.map((place) => timeline[place]?.params['percent']),
    [5, 40],
  )
})

test('the people, and what may be eased, are the shift’s and not the incidents’', () => {
  assert.notEqual(scenarios.get('stuck-checkout')?.people, undefined)
  assert.deepEqual(
    (played.incidents ?? []).map(({ scenario: { people, ease } }) => [people, ease]),
    [
      [undefined, undefined],
      [undefined, undefined],
    ],
  )
})

test('the seed draws the variants, and the same seed draws the same', () => {
  const variantsOf = (seed: number) =>
    JSON.stringify((drawn(seed).incidents ?? []).map(({ scenario }) => [scenario.timeline, scenario.cause]))
  const seeds = Array.from({ length: 24 }, (_, seed) => seed)
  assert.ok(new Set(seeds.map(variantsOf)).size > 1, 'every seed draws the same')
  for (const seed of seeds) assert.equal(variantsOf(seed), variantsOf(seed))
  // More than are cached were drawn meanwhile.
  assert.deepEqual(drawn(3).timeline, playedShift(shift, scenarios, null).versions?.of({ seed: 3, variant: null }).timeline)
  const alone = scenarios.get('stuck-checkout')
  assert.ok(alone)
  const single = {
    ...shift,
    incidents: shift.incidents.map((incident) => ({ ...incident, ...(incident.at === 300_000 ? { variant: 'charges' } : {}) })),
  }
  const wanted = playedShift(single, scenarios, null)
  for (const seed of seeds) {
    const { timeline } = drawnScenario(alone, { seed, variant: 'charges' })
    assert.deepEqual(wanted.versions?.of({ seed, variant: null }).incidents?.[1]?.scenario.timeline, timeline)
  }
})
