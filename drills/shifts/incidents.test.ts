import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { foldDrill, isOpen, phaseMoves, type DrillEvent, type DrillEventBody } from '../../model/drill.ts'
import { milestoneNames, type Incident, type MilestoneName, type Scenario } from '../../model/scenario.ts'
import { holdsFor } from '../../test/fuzz.ts'
import { loadScenario } from '../scenarios.ts'
import { judge } from '../checks/registry.ts'
import { Incidents, incidentsOf, isFelt, verdictOf, type IncidentDrill } from './incidents.ts'

const loaded = loadScenario(path.join(import.meta.dirname, '..', '..', 'scenarios', 'slow-shelves'))
const step = (at: number) => ({ at, fault: 'noop', params: {} })
const restart = { action: 'restart', params: { component: 'postgres' }, why: 'it does harm to both' }
const scenario = (id: string, own: Partial<Scenario>): Scenario => ({ ...loaded, id, title: id, harmful: [], ...own })

/**
 * Users notice the first and the third. In the shift's timeline, 0 and 2 belong to the first, 1 to the second, 3 is noise, 4 belongs to the third.
 */
const shift: readonly Incident[] = [
  {
    place: 1,
    at: 60_000,
    steps: [0, 2],
    breaks: ['users-served'],
    urgency: 'now',
    scenario: scenario('first', {
      timeline: [step(3_000), step(30_000)],
      alerts: { expected: [{ name: 'First', or: ['Else'], within: 1 }], allowed: ['Shared', 'Legacy*'] },
      cause: { ...loaded.cause, component: 'inventory' },
      solution: [
        { action: 'roll-back', params: { service: 'inventory' }, why: '' },
        { action: 'stop-job', params: { program: '$program' }, why: '' },
        { action: undefined, params: {}, terminal: 'redis-cli flushall', why: '' },
      ],
      harmful: [restart],
    }),
  },
  {
    place: 2,
    at: 90_000,
    steps: [1],
    breaks: ['queue-drained'],
    urgency: 'now',
    scenario: scenario('second', {
      timeline: [step(1_000)],
      alerts: { expected: [{ name: 'Second', within: 1 }], allowed: ['First', 'Shared'] },
      cause: { ...loaded.cause, component: 'rabbitmq' },
      solution: [{ action: 'purge-queue', params: {}, why: '' }],
      harmful: [restart, { action: 'roll-back', params: { service: 'inventory' }, why: 'it was the worker' }],
    }),
  },
  {
    place: 3,
    at: 300_000,
    steps: [4],
    breaks: ['users-served', 'queue-drained'],
    urgency: 'now',
    scenario: scenario('third', {
      timeline: [step(0)],
      alerts: { expected: [{ name: 'First', within: 1 }], allowed: [] },
      cause: { ...loaded.cause, component: 'payments' },
      solution: [],
    }),
  },
]
const limitMs = 1_800_000
const started: DrillEventBody = {
  type: 'drill-started',
  scenario: 'shift',
  shift: true,
  mode: 'assessment',
  trainee: 'Robin',
  limitMs,
  seed: 7,
  usersBefore: { good: 5, slow: 0, failed: 0 },
  fingerprint: 'f',
}
const alert = (name: string, fingerprint = name) => ({ fingerprint, name, severity: 'page', summary: '', startsAt: '' })
const fault = (place: number): DrillEventBody => ({ type: 'fault-injected', instance: `i${place}`, fault: 'noop', step: place })
const page = (name: string, fingerprint?: string): DrillEventBody => ({ type: 'page-received', alert: alert(name, fingerprint) })
const resolved = (name: string): DrillEventBody => ({ type: 'page-resolved', alert: alert(name) })
const action = (name: string, params: Record<string, unknown> = {}, harmful: string | null = null): DrillEventBody => ({
  type: 'action-run',
  action: name,
  title: name,
  kind: 'change',
  params,
  ok: true,
  summary: '',
  harmful,
})
const look: DrillEventBody = { type: 'place-viewed', view: 'logs', component: 'orders', detail: 'logs of orders' }
const harm = (good: number, slow = 0, failed = 0): DrillEventBody => ({ type: 'harm-measured', harm: { good, slow, failed } })
const milestone = (name: MilestoneName, incident?: number): DrillEventBody => ({
  type: 'milestone-reached',
  milestone: name,
  evidence: '',
  ...(incident === undefined ? {} : { incident }),
})
const over = (incident: number) => milestoneNames.map((name) => milestone(name, incident))

/** A shift after these events, one each second. */
const dated = (bodies: readonly DrillEventBody[]): DrillEvent[] =>
  [started, ...bodies].map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 }))
const after = (...bodies: DrillEventBody[]) => incidentsOf(shift, dated(bodies))
const drill = (all: Incidents, number: number): IncidentDrill => {
  const found = all.at(number)
  assert.ok(found, `incident ${number} has not begun`)
  return found
}
const types = (all: Incidents, number: number): string[] => drill(all, number).events.map(({ type }) => type)
const pages = (all: Incidents): string[][] =>
  shift.map(({ place }) => (all.at(place)?.events ?? []).flatMap((event) => (event.type === 'page-received' ? [event.alert.name] : [])))

describe('an incident begins with its first fault', () => {
  test('before it there is none; with it, one whose clock began as its own timeline says', () => {
    assert.deepEqual(after().begun, [])
    const all = after(fault(0))
    const { incident, state, events } = drill(all, 1)
    assert.deepEqual(
      all.begun.map(({ incident: { place } }) => place),
      [1],
    )
    assert.equal(incident, shift[0])
    assert.deepEqual(
      [state.scenario, state.shift, state.mode, state.trainee, state.seed, state.usersBefore],
      ['first', false, 'assessment', 'Robin', 7, null],
    )
    // Its fault is planned for three seconds after its beginning, and was injected after one.
    assert.deepEqual([state.startedAt, state.limitMs], [-2_000, limitMs - 60_000])
    assert.deepEqual(
      events.map(({ type }) => type),
      ['drill-started', 'fault-injected'],
    )
  })

  test('a fault belongs to the incident whose timeline has it, with its number there; noise belongs to none', () => {
    const all = after(fault(0), fault(3), fault(1), fault(2))
    assert.deepEqual([drill(all, 1).state.injectedSteps, drill(all, 2).state.injectedSteps, all.of(3)], [[0, 1], [0], undefined])
    const taken = after(fault(0), fault(1), { type: 'fault-reverted', instance: 'i1', fault: 'noop' })
    assert.deepEqual([types(taken, 1).includes('fault-reverted'), types(taken, 2).includes('fault-reverted')], [false, true])
  })

  test('no further step of a finished incident is injected', () => {
    const isOver = (all: Incidents) => [0, 1, 2, 3].map((place) => all.isOver(place))
    const [open, done] = [[fault(0), fault(1), page('First'), page('Second')], over(1)]
    assert.deepEqual(isOver(after(...open)), [false, false, false, false])
    assert.deepEqual(isOver(after(...open, ...done)), [true, false, true, false])
  })

  test('an extension of the shift applies to open incidents, and to later ones', () => {
    const all = after(fault(0), { type: 'time-extended', byMs: 60_000 }, fault(1))
    assert.deepEqual([drill(all, 1).state.limitMs, drill(all, 2).state.limitMs], [limitMs, limitMs - 30_000])
  })
})

describe('a slow burn is a ticket until its second step', () => {
  const slow = (bodies: DrillEventBody[], own: Partial<Scenario> = {}) =>
    incidentsOf(
      shift.map((each) =>
        each.place === 1 ? { ...each, slowBurn: { for: 300_000, ticket: 'T' }, scenario: { ...each.scenario, ...own } } : each,
      ),
      dated(bodies),
    )
  const rollBack = action('roll-back', { service: 'inventory' })
  const single: Partial<Scenario> = { solution: [{ action: 'roll-back', params: { service: 'inventory' }, why: '' }] }

  test('with its first step it has not begun; with the second it has, and both are its own', () => {
    assert.deepEqual(slow([fault(0)]).begun, [])
    const all = slow([fault(0), fault(1), harm(5, 0, 3), fault(2), page('First')])
    const { state, events, number } = drill(all, 1)
    // Its second step is planned for thirty seconds after its beginning, and was injected after four.
    assert.deepEqual([state.startedAt, state.injectedSteps, number], [-26_000, [0, 1], 1])
    assert.deepEqual(
      events.map(({ type, at }) => [type, at]),
      [
        ['drill-started', -26_000],
        ['fault-injected', -26_000],
        ['fault-injected', 4_000],
        ['page-received', 5_000],
      ],
    )
    assert.deepEqual(all.forestalled, [])
  })

  const [place] = loaded.located
  assert.ok(place)
  const found: DrillEventBody = { type: 'place-viewed', ...place, detail: '' }

  test('a ticket whose solution is carried out in time prevents its incident: nothing more is injected, and nothing is left to reach', () => {
    const all = slow([fault(0), found, rollBack], single)
    assert.deepEqual(
      all.forestalled.map(({ place }) => place),
      [1],
    )
    assert.deepEqual(
      [0, 1, 2].map((place) => all.isOver(place)),
      [true, false, true],
    )
    const others = [fault(1), page('Second'), ...over(1), fault(4), page('First'), ...over(2)]
    assert.equal(slow([fault(0), rollBack, found, ...others], single).everyReached('recovered'), true)
    assert.equal(slow([fault(0), ...others], single).everyReached('recovered'), false)
  })

  const notForestalled: Record<string, [DrillEventBody[], Partial<Scenario>]> = {
    'before its first step': [[rollBack, fault(0), found], single],
    'by who has not looked': [[found, fault(0), look, rollBack], single],
    'by something that failed': [[fault(0), found, { ...rollBack, ok: false } as DrillEventBody], single],
    'by something else': [[fault(0), found, action('roll-back', { service: 'orders' })], single],
    'by one of two steps': [
      [fault(0), found, rollBack],
      { solution: [...(single.solution ?? []), { action: 'purge-queue', params: {}, why: '' }] },
    ],
    'after it has begun': [[fault(0), found, fault(2), rollBack], single],
  }
  for (const [when, [bodies, own]] of Object.entries(notForestalled))
    test(`not ${when}`, () => assert.deepEqual(slow(bodies, own).forestalled, []))

  test('what is done about it does not belong to the open incidents', () => {
    const all = slow([fault(1), fault(0), action('roll-back', { service: 'inventory' }, 'it was the worker')], single)
    assert.deepEqual(types(all, 2).includes('action-run'), true, 'the second calls it harmful')
    const other = slow([fault(4), fault(0), rollBack], single)
    assert.deepEqual(types(other, 3).includes('action-run'), false)
  })
})

describe('a page', () => {
  const table: [what: string, bodies: DrillEventBody[], expected: string[][]][] = [
    ['of the incident that expects it', [fault(0), fault(1), page('Second'), page('First')], [['First'], ['Second'], []]],
    ['of the one that expects it, by any of the names that will do', [fault(0), fault(1), page('Else')], [['Else'], [], []]],
    ['of the one that expects it before one that allows it and began later', [fault(0), fault(1), page('First')], [['First'], [], []]],
    ['of the latest that allows it, where none expects it', [fault(0), fault(1), page('Shared')], [[], ['Shared'], []]],
    ['allowed by a pattern', [fault(0), fault(1), page('LegacyDisk')], [['LegacyDisk'], [], []]],
    ['of the latest that expects it', [fault(0), fault(4), page('First')], [[], [], ['First']]],
    [
      'of the one that still waits for it, where another has had it',
      [fault(0), fault(4), page('First'), page('First', 'b')],
      [['First'], [], ['First']],
    ],
    [
      'of the latest, where both have had it',
      [fault(0), fault(4), page('First'), page('First', 'b'), page('First', 'c')],
      [['First'], [], ['First', 'First']],
    ],
    ['of none: noise', [fault(0), fault(1), page('Unheard')], [[], [], []]],
    ['before anything has begun: noise', [fault(3), page('Second')], [[], [], []]],
    ['of one that comes to expect it while it fires, once', [page('First'), fault(0), fault(1)], [['First'], [], []]],
    ['of one that would only have allowed it: noise all the same', [page('Shared'), fault(0)], [[], [], []]],
    ['not of one that begins when it is resolved', [page('First'), resolved('First'), fault(0)], [[], [], []]],
    ['not of one that is over', [fault(0), page('Else'), ...over(1), page('First')], [['Else'], [], []]],
  ]
  for (const [what, bodies, expected] of table) test(what, () => assert.deepEqual(pages(after(...bodies)), expected))

  test('that fired before its incident belongs to it from the moment at which it began', () => {
    const events = dated([page('First'), fault(1), fault(0)])
    const { state, events: own } = drill(incidentsOf(shift, events), 1)
    assert.deepEqual([state.pagedAt, state.startedAt], [1_000, 0])
    assert.deepEqual(
      own.map(({ type }) => type),
      ['drill-started', 'fault-injected', 'page-received'],
    )
  })

  test('is resolved for its own incident, and for no other', () => {
    const all = after(fault(0), fault(1), page('First'), page('Second'), resolved('First'))
    assert.deepEqual([drill(all, 1).state.firing, drill(all, 2).state.firing.map(({ name }) => name)], [[], ['Second']])
    assert.ok(!types(all, 2).includes('page-resolved'))
  })
})

describe('numbers of incidents and noise', () => {
  const known = (...bodies: DrillEventBody[]) => {
    const all = after(...bodies)
    return { incidents: all.begun.map(({ number }) => number), noise: all.noise.map(({ number, firing }) => [number, firing.size]) }
  }
  test('are in the order of the pages, whichever began first', () =>
    assert.deepEqual(known(fault(0), fault(1), page('Second'), page('First')), { incidents: [2, 1], noise: [] }))
  test('noise has one as well, for all its pages until it is quiet', () => {
    assert.deepEqual(known(page('Unheard'), page('Legacy'), fault(0), page('First')), { incidents: [2], noise: [[1, 2]] })
    const [once, twice] = [[page('Unheard'), resolved('Unheard')], [page('Unheard')]]
    assert.deepEqual(known(...once, ...twice), {
      incidents: [],
      noise: [
        [1, 0],
        [2, 1],
      ],
    })
  })
  test('noise that turns out to be an incident keeps its number', () =>
    assert.deepEqual(known(page('First'), fault(0), fault(1), page('Second')), { incidents: [1, 2], noise: [] }))
  test('acknowledging noise applies to noise', () => {
    const all = after(page('Unheard'), { type: 'page-acknowledged', incident: 1 }, fault(0), page('First'))
    assert.deepEqual([all.noise[0]?.acknowledgedAt, drill(all, 1).state.milestones.acknowledged], [2_000, null])
  })
  test('an alert that two incidents expect belongs to both until it resolves', () => {
    const shared: Incident[] = shift.map((incident) => ({
      ...incident,
      scenario: { ...incident.scenario, alerts: { expected: [{ name: 'First', within: 1 }], allowed: [] } },
    }))
    const all = (...bodies: DrillEventBody[]) => incidentsOf(shared, dated([fault(0), page('First'), fault(1), ...bodies]))
    assert.deepEqual(
      all().begun.map(({ number, state }) => [number, state.firing.length]),
      [
        [1, 1],
        [2, 1],
      ],
    )
    assert.deepEqual(
      all(resolved('First')).begun.map(({ state }) => state.firing.length),
      [0, 0],
    )
  })
})

describe('actions', () => {
  const done = (...bodies: DrillEventBody[]) => {
    const all = after(fault(0), fault(1), ...bodies)
    return [1, 2].map((number) =>
      drill(all, number).events.flatMap((event) => (event.type === 'action-run' || event.type === 'command-run' ? [event.harmful] : [])),
    )
  }
  const command = (text: string, more: object = {}): DrillEventBody => ({
    type: 'command-run',
    command: text,
    folder: '/',
    status: 0,
    kind: 'change',
    harmful: null,
    shell: 's',
    ...more,
  })
  test('a step of one solution belongs to that one', () => assert.deepEqual(done(action('purge-queue')), [[], [null]]))
  test('a step whose parameter has to be found out, whatever its value', () =>
    assert.deepEqual(done(action('stop-job', { program: 'x' })), [[null], []]))
  test('a change of the component that is the cause belongs to that one', () =>
    assert.deepEqual(done(action('restart', { component: 'rabbitmq' })), [[], [null]]))
  test('part of one solution, harmful to another: belongs to both, and is harmful to the other alone', () =>
    assert.deepEqual(done(action('roll-back', { service: 'inventory' }, 'it was the worker')), [[null], ['it was the worker']]))
  test('in no solution: belongs to all', () => assert.deepEqual(done(action('scale', { service: 'catalog' })), [[null], [null]]))
  test('harmful to all: belongs to all', () =>
    assert.deepEqual(done(action('restart', { component: 'postgres' }, 'it does harm to both')), [
      ['it does harm to both'],
      ['it does harm to both'],
    ]))
  test('a command in a solution', () => assert.deepEqual(done(command(' redis-cli flushall ')), [[null], []]))
  test('a command that does what an action does', () =>
    assert.deepEqual(done(command('rabbitmqctl purge_queue', { sameAs: { action: 'purge-queue', params: {} } })), [[], [null]]))
  test('a command that is like nothing: belongs to all', () => assert.deepEqual(done(command('ls')), [[null], [null]]))
  test('a look belongs to all open incidents, and to no other', () => {
    const all = after(fault(0), page('First'), ...over(1), fault(1), look)
    assert.deepEqual([types(all, 1).includes('place-viewed'), types(all, 2).includes('place-viewed')], [false, true])
  })
  test('an event with a number belongs to that incident alone', () => {
    const all = after(
      fault(0),
      fault(1),
      page('First'),
      page('Second'),
      { type: 'page-acknowledged', incident: 2 },
      { type: 'cause-named', incident: 1, component: 'orders', category: 'cache', sentence: '', correct: false },
      { type: 'hint-given', incident: 2, milestone: 'located', rung: 'orient', text: '', reason: 'asked' },
      { type: 'incident-health-changed', place: 1, healthy: false, failing: [] },
    )
    assert.deepEqual(types(all, 1).slice(3), ['cause-named', 'health-changed'])
    assert.deepEqual(types(all, 2).slice(3), ['page-acknowledged', 'hint-given'])
    const [first, second] = [drill(all, 1).state, drill(all, 2).state]
    assert.deepEqual([first.wrongCauses, second.wrongCauses, first.hints.length, second.hints.length], [1, 0, 0, 1])
    assert.deepEqual([first.wasBroken, second.wasBroken], [true, false])
  })
  test('an event with the number of an unknown incident, or of one that has not begun, belongs to none', () => {
    const all = after(fault(0), { type: 'page-acknowledged', incident: 2 }, { type: 'page-acknowledged', incident: 9 }, fault(1))
    assert.deepEqual(
      [types(all, 1), types(all, 2)],
      [
        ['drill-started', 'fault-injected'],
        ['drill-started', 'fault-injected'],
      ],
    )
  })
})

describe('harm to users', () => {
  test('belongs to incidents that users notice, from their beginning', () => {
    assert.deepEqual(
      shift.map((incident) => isFelt({ incident })),
      [true, false, true],
    )
    const all = after(harm(100, 1, 2), fault(0), fault(1), harm(150, 11, 22), fault(4), harm(160, 31, 32))
    assert.deepEqual(
      shift.map(({ place }) => drill(all, place).state.harm),
      [
        { good: 60, slow: 30, failed: 30 },
        { good: 0, slow: 0, failed: 0 },
        { good: 10, slow: 20, failed: 10 },
      ],
    )
  })
  test('ends with the incident', () => {
    const all = after(fault(0), page('First'), harm(10, 5), ...over(1), harm(20, 50))
    assert.deepEqual(drill(all, 1).state.harm, { good: 10, slow: 5, failed: 0 })
  })
  test('a counter that was reset gives no negative harm', () =>
    assert.deepEqual(drill(after(harm(100), fault(0), harm(3)), 1).state.harm, { good: 0, slow: 0, failed: 0 }))
})

test('a pause belongs to all open incidents', () => {
  const pause: DrillEventBody[] = [
    { type: 'drill-paused' },
    { type: 'drill-continued', pausedMs: 1_000, harm: { good: 1, slow: 2, failed: 3 } },
  ]
  const all = after(fault(0), ...pause, fault(1))
  const [first, second] = [drill(all, 1).state, drill(all, 2).state]
  assert.deepEqual(
    [first.phase, first.pauses, first.harmPaused],
    ['running', [{ from: 2_000, to: 3_000 }], { good: 1, slow: 2, failed: 3 }],
  )
  assert.deepEqual(second.pauses, [])
  const paused = after(fault(0), { type: 'drill-paused' })
  assert.deepEqual([drill(paused, 1).state.phase, paused.open.length], ['paused', 1])
})

describe('the end of an incident', () => {
  test('comes with its last milestone, and the shift continues', () => {
    const all = after(fault(0), page('First'), fault(1), ...over(1))
    const { state, events } = drill(all, 1)
    assert.deepEqual([state.phase, state.outcome, events.at(-1)?.type], ['finished', 'resolved', 'drill-finished'])
    assert.deepEqual(
      all.open.map(({ incident: { place } }) => place),
      [2],
    )
  })
  test('later events do not belong to it', () => {
    const before = [fault(0), page('First'), ...over(1)]
    const { events } = drill(after(...before), 1)
    const later: DrillEventBody[] = [
      look,
      action('scale'),
      harm(1),
      resolved('First'),
      fault(2),
      page('First', 'again'),
      {
        type: 'fault-reverted',
        instance: 'i0',
        fault: 'noop',
      } as const,
      {
        type: 'hint-asked',
        incident: 1,
      } as const,
      { type: 'drill-paused' } as const,
      {
        type: 'drill-finished',
        outcome: 'time-up',
      } as const,
    ]
    const all = after(...before, ...later)
    assert.deepEqual(drill(all, 1).events, events)
    assert.equal(drill(all, 1).state.outcome, 'resolved')
  })
  const ends: [DrillEventBody, outcomes: [recovered: unknown, not: unknown], phase: string][] = [
    [{ type: 'drill-finished', outcome: 'resolved' }, ['resolved', 'given-up'], 'finished'],
    [{ type: 'drill-finished', outcome: 'time-up' }, ['resolved', 'time-up'], 'finished'],
    [{ type: 'drill-finished', outcome: 'given-up' }, ['resolved', 'given-up'], 'finished'],
    [{ type: 'drill-aborted', reason: '' }, [null, null], 'aborted'],
    [{ type: 'drill-voided', reason: '' }, [null, null], 'void'],
  ]
  for (const [end, [recovered, not], phase] of ends)
    test(`a shift that ends by ${JSON.stringify(end)}`, () => {
      const all = after(fault(0), fault(1), page('First'), milestone('recovered', 1), end)
      const states = [drill(all, 1).state, drill(all, 2).state]
      assert.deepEqual(
        states.map((state) => [state.phase, state.outcome]),
        [
          [phase, recovered],
          [phase, not],
        ],
      )
      assert.deepEqual(all.open, [])
    })
})

test('the shift has reached what every incident has, including those that have not begun', () => {
  const reach = (...numbers: number[]) => numbers.map((number) => milestone('acknowledged', number))
  const two = [fault(0), page('First'), fault(1), page('Second')]
  const three = [...two, fault(4), page('Third')]
  assert.equal(after(...two, ...reach(1, 2)).everyReached('acknowledged'), false)
  assert.equal(after(...three, ...reach(1, 2)).everyReached('acknowledged'), false)
  assert.equal(after(...three, ...reach(1, 2, 3)).everyReached('acknowledged'), true)
  assert.equal(after(...three, ...reach(1, 2, 3)).everyReached('located'), false)
})

test('an incident gets its own part of a verdict, and whether users come at all', () => {
  const verdict = judge([])
  const results = verdict.results.map((result) => ({ ...result, ok: result.id !== 'orders-fulfilled' }))
  const stays = { id: 'users-come', title: 'Users come', felt: true, ok: false, detail: 'none' }
  const of = (breaks: string[], all = results) => verdictOf({ breaks }, { healthy: false, usersFine: false, results: all })
  assert.deepEqual([of(['users-served']).healthy, of(['users-served']).usersFine], [true, true])
  assert.deepEqual([of(['orders-fulfilled']).healthy, of(['orders-fulfilled', 'users-served']).results.length], [false, 2])
  assert.deepEqual([of(['users-served'], [...results, stays]).healthy, of(['users-served'], [...results, stays]).usersFine], [false, false])
})

const numbers = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })
const names = fc.constantFrom('First', 'Else', 'Second', 'Shared', 'LegacyDisk', 'Unheard')
/** What may happen in a shift, in any order and any number of times; its start comes first. */
const anything: fc.Arbitrary<DrillEventBody> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }).map(fault) },
  { weight: 4, arbitrary: fc.tuple(names, fc.constantFrom('a', 'b')).map(([name, twin]) => page(name, name + twin)) },
  { weight: 2, arbitrary: names.map((name): DrillEventBody => ({ type: 'page-resolved', alert: alert(name, `${name}a`) })) },
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...milestoneNames), numbers).map(([name, number]) => milestone(name, number)) },
  { weight: 2, arbitrary: numbers.map((incident): DrillEventBody => ({ type: 'page-acknowledged', incident })) },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 0, max: 4 })
      .map((place): DrillEventBody => ({ type: 'fault-reverted', instance: `i${place}`, fault: 'noop' })),
  },
  { weight: 2, arbitrary: fc.nat(1_000).map((good) => harm(good, good, good)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<DrillEventBody>(
      look,
      action('purge-queue'),
      action('scale'),
      action('roll-back', { service: 'inventory' }, 'it was the worker'),
      { type: 'drill-paused' },
      { type: 'drill-continued', pausedMs: 1, harm: { good: 1, slow: 0, failed: 0 } },
      { type: 'time-extended', byMs: 60_000 },
      { type: 'time-skipped', byMs: 1_000 },
      { type: 'health-changed', healthy: false, failing: [] },
      { type: 'incident-health-changed', place: 2, healthy: false, failing: [] },
      { type: 'said', text: '' },
      { type: 'control-resumed', goneMs: 1 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<DrillEventBody>(
      { type: 'drill-finished', outcome: 'time-up' },
      { type: 'drill-finished', outcome: 'resolved' },
      { type: 'drill-aborted', reason: '' },
      { type: 'drill-voided', reason: '' },
    ),
  },
)

/** The original event of the shift for an incident's event. */
const givenAs = (id: number, events: readonly DrillEvent[]): DrillEvent | undefined => events.find((event) => event.id === Math.floor(id))

/** What must be true of an incident, whatever happened in its shift. */
function mustBeSound({ number, incident, state, events: own }: IncidentDrill, events: readonly DrillEvent[]): void {
  assert.equal(own[0]?.type, 'drill-started')
  assert.deepEqual(foldDrill(own), state, 'its state is what its events say')
  for (const event of own) {
    const given = givenAs(event.id, events)
    assert.ok(given, `event ${event.id} was made up`)
    assert.ok(!('incident' in event) || event.incident === undefined, 'its number is said by where it is')
    if ('incident' in given && given.incident !== undefined) assert.equal(given.incident, number)
    if (event.type === 'fault-injected' && given.type === 'fault-injected') assert.equal(incident.steps[event.step], given.step)
    if (event.type === 'fault-reverted') assert.ok(incident.steps.map((place) => `i${place}`).includes(event.instance))
  }
  if (!isFelt({ incident })) assert.deepEqual(state.harm, { good: 0, slow: 0, failed: 0 })
  const reached = milestoneNames.every((name) => state.milestones[name] !== null)
  if (reached) assert.ok(!isOpen(state), 'what has reached everything is over')
}

test('whatever happens in any order, no incident has another’s events, and each follows the phases of a drill', async (context) => {
  const burning = shift.map((each) => (each.place === 1 ? { ...each, slowBurn: { for: 60_000, ticket: 'T' } } : each))
  await holdsFor(context, [fc.array(anything, { maxLength: 60 }), fc.constantFrom(shift, burning)], (bodies, played) => {
    const events = dated(bodies)
    const all = new Incidents(played)
    for (const event of events) {
      const before = all.begun.map((each) => ({ ...each, count: each.events.length }))
      all.take(event)
      for (const { incident, state, count } of before) {
        const now = drill(all, incident.place)
        if (!isOpen(state)) assert.equal(now.events.length, count, 'nothing is of what is over')
        const moved = Object.values(phaseMoves).some(
          ({ from, to }) => (from as readonly string[]).includes(state.phase) && to === now.state.phase,
        )
        const ends = now.events.slice(count).some(({ type }) => type === 'drill-finished')
        assert.ok(now.state.phase === state.phase || moved || ends, `from ${state.phase} to ${now.state.phase}`)
      }
      for (const each of all.begun) mustBeSound(each, events)
      mustHavePage(event, before, all)
    }
    assert.equal(all.taken, events.length)
  })
})

/** A page that an open incident expects or allows belongs to one of these, and never to two. */
function mustHavePage(event: DrillEvent, before: readonly IncidentDrill[], all: Incidents): void {
  if (event.type !== 'page-received') return
  const having = all.begun.filter(({ events }) => events.some(({ id, type }) => id === event.id && type === 'page-received'))
  const fitting = before.filter(({ incident: { scenario: its }, state }) => {
    const known = [...its.alerts.expected.flatMap(({ name, or = [] }) => [name, ...or]), ...its.alerts.allowed]
    return (
      isOpen(state) &&
      known.some((name) => name === event.alert.name || (name.endsWith('*') && event.alert.name.startsWith(name.slice(0, -1))))
    )
  })
  assert.equal(having.length, fitting.length > 0 ? 1 : 0, event.alert.name)
  const [only] = having
  assert.ok(!only || fitting.some(({ incident }) => incident === only.incident))
}
