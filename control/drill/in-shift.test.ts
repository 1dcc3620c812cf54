import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incidentsOf } from '../../drills/shifts/incidents.ts'
import { drawnScenario } from '../../drills/variants.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../../model/drill.ts'
import { milestoneNames } from '../../model/scenario.ts'
import { shifts } from '../replay/engine-bench.ts'
import { alarmOf, alarmsIn, dueIn, inFocus, isDone, meant } from './in-shift.ts'

const seed = 1
const read = shifts.get('release-day')
assert.ok(read)
const played = drawnScenario(read.played, { seed, variant: null })
const started: DrillEventBody = {
  type: 'drill-started',
  scenario: 'release-day',
  shift: true,
  mode: 'learning',
  trainee: 'Robin',
  limitMs: 24e5,
  seed,
  usersBefore: null,
  fingerprint: '',
}

/** The shift after these events, each at its second. */
function after(...course: (readonly [seconds: number, body: DrillEventBody])[]) {
  const events = [[0, started] as const, ...course].map(([seconds, body], index): DrillEvent => ({
    ...body,
    id: index + 1,
    drill: 'd',
    at: seconds * 1_000,
  }))
  const state = foldDrill(events)
  assert.ok(state)
  const incidents = incidentsOf(played.incidents ?? [], events)
  return { state, incidents, drill: { events, incidents: () => incidents, played: () => played } }
}

const incidentOf = (scenario: string) => {
  const found = played.incidents?.find((incident) => incident.scenario.id === scenario)
  assert.ok(found, scenario)
  return found
}
/** The first fault of an incident, or another one. */
const broken = (scenario: string, own = 0): DrillEventBody => ({
  type: 'fault-injected',
  instance: `${scenario} ${own}`,
  fault: 'f',
  step: incidentOf(scenario).steps[own] ?? -1,
})
const alertOf = (name: string) => ({ fingerprint: name, name, severity: 'page', summary: '', startsAt: '' })
const paged = (name: string): DrillEventBody => ({ type: 'page-received', alert: alertOf(name) })
const recovered = (incident: number, seconds: number) =>
  milestoneNames.map((milestone): [number, DrillEventBody] => [seconds, { type: 'milestone-reached', milestone, evidence: '', incident }])
const noisy = 'CheckoutErrorBudgetBurn'

test('pages are numbered in order, for incidents and noise', () => {
  const course: [number, DrillEventBody][] = [
    [330, broken('silent-warehouse')],
    [331, paged(noisy)],
    [340, paged('OrdersNotFulfilled')],
    [350, broken('two-truths')],
    [360, { type: 'page-acknowledged', incident: 1 }],
    [370, { type: 'hint-given', milestone: 'located', rung: 'orient', text: '', reason: 'asked', incident: 1 }],
  ]
  const told = (...more: Parameters<typeof after>) =>
    alarmsIn(after(...course, ...more).drill).map(({ number, pagedAt, isAcknowledged, isOpen, hints, own }) => [
      number,
      pagedAt / 1_000,
      isAcknowledged,
      isOpen,
      hints,
      own?.incident.scenario.id ?? null,
    ])
  assert.deepEqual(told(), [
    [1, 331, true, true, 1, null],
    [2, 340, false, true, 0, 'silent-warehouse'],
  ])
  assert.deepEqual(told([380, { type: 'page-resolved', alert: alertOf(noisy) }], ...recovered(2, 400)), [
    [1, 331, true, false, 1, null],
    [2, 340, true, false, 0, 'silent-warehouse'],
  ])
})

test('a number selects an incident; without one, the only open incident is selected, and anything else is refused with the options', () => {
  const begun: [number, DrillEventBody][] = [
    [330, broken('silent-warehouse')],
    [340, paged('OrdersNotFulfilled')],
  ]
  const both: [number, DrillEventBody][] = [...begun, [350, paged(noisy)]]
  const { drill: early } = after()
  assert.throws(() => alarmOf(early, 1), { code: 'not-found', message: 'no incident has paged yet' })
  assert.throws(() => meant(early, undefined), { code: 'bad-request', message: 'no incident is open' })
  assert.equal(inFocus(early), null)
  const { drill: one } = after(...begun)
  assert.deepEqual([meant(one, undefined)?.number, meant(one, 1)?.number, inFocus(one)?.number], [1, 1, 1])
  const { drill: two } = after(...both)
  assert.throws(() => alarmOf(two, 3), { code: 'not-found', message: 'no incident 3 has paged: choose 1, 2' })
  assert.throws(() => meant(two, undefined), { code: 'bad-request', message: 'say which incident is meant: 1, 2' })
  assert.deepEqual(
    [1, 2].map((number) => meant(two, number)?.own?.incident.scenario.id),
    ['silent-warehouse', undefined],
  )
  const { drill: over } = after(...both, ...recovered(1, 400))
  assert.deepEqual([meant(over, undefined)?.number, meant(over, 1)?.isOpen, inFocus(over)], [2, false, null])
})

test('a drill that is no shift has no incidents, none is selected, and naming one is refused', () => {
  const drill = { incidents: () => null }
  assert.deepEqual([alarmsIn(drill), meant(drill, undefined), inFocus(drill)], [[], null, null])
  const refused = { code: 'bad-request', message: "this drill is not a shift: leave out 'incident'" }
  assert.throws(() => alarmOf(drill, 1), refused)
  assert.throws(() => meant(drill, 1), refused)
})

test('incidents have equal shares of the remaining time, and a late one has a minimum', () => {
  const dueOf = (scenario: string, ...course: Parameters<typeof after>): number => {
    const { state, incidents, drill } = after(...course)
    const begun = incidents.begun.find(({ incident }) => incident.scenario.id === scenario)
    assert.ok(begun)
    return dueIn(drill, state, begun) / 1_000
  }
  // Four fifths of its 40 minutes are for incidents, each of which began some seconds before its first fault was injected.
  assert.equal(dueOf('silent-warehouse', [330, broken('silent-warehouse')]), (1_920 - 328) / 4)
  const over: [number, DrillEventBody][] = [[330, broken('silent-warehouse')], [340, paged('OrdersNotFulfilled')], ...recovered(1, 400)]
  assert.equal(dueOf('two-truths', ...over, [1_143, broken('two-truths')]), (1_920 - 1_140) / 3, 'one is over')
  const forestalled: [number, DrillEventBody][] = [
    [2, broken('one-in-ten')],
    [3, { type: 'place-viewed', view: 'deploys', component: 'catalog', detail: '' }],
    [4, { type: 'action-run', action: 'end-canary', title: '', kind: 'change', params: {}, ok: true, summary: '', harmful: null }],
  ]
  assert.equal(dueOf('two-truths', ...forestalled, ...over, [1_143, broken('two-truths')]), (1_920 - 1_140) / 2, 'another was forestalled')
  assert.equal(dueOf('two-truths', [2_283, broken('two-truths')]), (2_400 - 2_280) / 2 / 4, 'the shift has two minutes left')
  const { state, incidents, drill } = after(...over)
  const [last] = incidents.begun
  assert.ok(last)
  const alone = { ...drill, played: () => ({ ...played, incidents: [incidentOf('silent-warehouse')] }) }
  assert.equal(dueIn(alone, state, last) / 1_000, 1_920 - 328, 'nothing else is to be done')
})

test('a drill is done when every step is reached; in a rehearsal of a shift no note is required', () => {
  const reached = milestoneNames.map((milestone) => [20, { type: 'milestone-reached', milestone, evidence: '' } as const] as const)
  const { drill, state } = after(...reached)
  assert.equal(isDone(drill, state), false)
  assert.equal(isDone(drill, { ...state, shift: false }), true)
  assert.equal(isDone(drill, { ...state, mode: 'rehearsal' }), true)
  assert.equal(isDone(drill, { ...state, shift: false, milestones: { ...state.milestones, recovered: null } }), false)
})

test('a shift is done with a note after its last page, or with any note if there was no page', () => {
  const note: DrillEventBody = { type: 'handover-written', broken: '', hurt: '', since: '', tried: '', doing: '', next: '' }
  const reached = milestoneNames.map((milestone) => [20, { type: 'milestone-reached', milestone, evidence: '' } as const] as const)
  const page: DrillEventBody = {
    type: 'page-received',
    alert: { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' },
  }
  const harm: DrillEventBody = { type: 'harm-measured', harm: { good: 1, slow: 0, failed: 0 } }
  const done = (...course: Parameters<typeof after>): boolean => {
    const { drill, state } = after(...course)
    return isDone(drill, state)
  }
  assert.deepEqual(
    [
      done(...reached),
      done([10, page], [15, note], ...reached),
      done([15, note], [16, page], ...reached),
      done([15, note], ...reached, [30, harm]),
      done([15, note]),
    ],
    [false, true, false, true, false],
  )
})
