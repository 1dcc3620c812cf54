import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { coachParameters as parameters } from './parameters.ts'
import { decide, nextHint, type Decision } from './policy.ts'
import { startOf } from './simulation.ts'

/** The par for acknowledging is 90 s, the limit 20 min; easing is not allowed. */
const scenario = { ...loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves')), ease: undefined }
const pagedAt = 10_000
const parMs = scenario.milestones.acknowledged.par
type Happened = [at: number, body: DrillEventBody]
const page: Happened = [
  pagedAt,
  { type: 'page-received', alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' } },
]
const hint = (at: number, rung: 'orient' | 'point' | 'tell' = 'orient'): Happened => [
  at,
  { type: 'hint-given', milestone: 'acknowledged', rung, text: '', reason: 'asked' },
]
const asks = (at: number): Happened => [at, { type: 'hint-asked' }]
const looks = (at: number): Happened => [at, { type: 'place-viewed', view: 'logs', component: null, detail: '' }]
const wrong = (at: number): Happened => [at, { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }]
const acts = (at: number, changed: object = {}): Happened => [
  at,
  { type: 'action-run', action: 'a', title: '', kind: 'change', params: {}, ok: true, summary: '', harmful: null, ...changed },
]

interface Given {
  asked?: boolean
  mode?: 'learning' | 'assessment'
  dueMs?: number
  busyUntil?: number
}
function decided(
  now: number,
  happened: readonly Happened[],
  { asked = false, mode = 'learning' as 'learning' | 'assessment', dueMs, busyUntil }: Given = {},
): Decision {
  const all: Happened[] = [[0, { ...startOf(scenario, 'Robin'), mode }], page, ...happened]
  const events = all.map(([at, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at }))
  const state = foldDrill(events)
  assert.ok(state)
  return decide({ state, events, scenario, now, asked, dueMs, busyUntil })
}
/** The first millisecond with this decision, which time alone never revokes. */
function firstAt(kind: Decision['kind'], happened: readonly Happened[], from = pagedAt, to = scenario.limit, given: Given = {}): number {
  let [before, after] = [from - 1, to]
  assert.equal(decided(after, happened, given).kind, kind, `at ${after} ms`)
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (decided(middle, happened, given).kind === kind) after = middle
    else before = middle
  }
  return after
}

describe('the first hint comes unasked', () => {
  const soonest = pagedAt + Math.ceil(parameters.struggleAt[0] * parMs)
  /** This much earlier, as a share of par. */
  const table: [what: string, happened: Happened[], sooner: number][] = [
    ['when three quarters of par have passed', [], 0],
    ['sooner after a wrong cause', [wrong(pagedAt)], parameters.wrongCause],
    ['sooner after a harmful action', [acts(pagedAt, { harmful: 'x' })], parameters.harmfulAction],
    [
      'sooner after a harmful command',
      [[pagedAt, { type: 'command-run', command: 'c', folder: '/', status: 0, kind: 'change', harmful: 'x', shell: 's' }]],
      parameters.harmfulAction,
    ],
    ['sooner after an action that failed', [acts(pagedAt, { ok: false })], parameters.fruitlessAction],
    ['sooner after a change that was made twice', [acts(pagedAt), acts(pagedAt)], parameters.fruitlessAction],
    ['not sooner after two different changes', [acts(pagedAt), acts(pagedAt, { params: { b: 1 } })], 0],
    ['not sooner after a look that was made twice', [acts(pagedAt, { kind: 'inspect' }), acts(pagedAt, { kind: 'inspect' })], 0],
    ['sooner after a call for help', [asks(pagedAt)], parameters.ask],
    ['not sooner for what was done before the page', [wrong(pagedAt - 1), asks(pagedAt - 1), acts(pagedAt - 1, { ok: false })], 0],
    ['sooner for each of several things', [wrong(pagedAt), asks(pagedAt)], parameters.wrongCause + parameters.ask],
  ]
  for (const [what, happened, sooner] of table)
    test(what, () => {
      const expected = pagedAt + (parameters.struggleAt[0] - sooner) * parMs
      const found = firstAt('hint', happened, pagedAt, soonest)
      assert.ok(Math.abs(found - expected) <= 1, `${found} instead of ${expected}`)
      const decision = decided(found, happened)
      assert.deepEqual(decision.kind === 'hint' ? [decision.rung, decision.reason] : [], ['orient', 'struggling'])
    })
})

describe('the next rung comes', () => {
  const given = pagedAt + 200_000
  test('after a waiting time, if the last hint was tried, and later if it was not', () => {
    assert.equal(firstAt('hint', [hint(given), looks(given + 1)], given, given + 200_000), given + parameters.pauseMs)
    assert.equal(firstAt('hint', [hint(given)], given, given + 200_000), given + parameters.untriedPauseMs)
    // Actions before the hint do not count as trying it.
    assert.equal(firstAt('hint', [looks(given - 1), hint(given)], given, given + 200_000), given + parameters.untriedPauseMs)
  })

  test('not in a pause of the drill', () => {
    const paused: Happened[] = [
      hint(given),
      looks(given + 1),
      [given + 10_000, { type: 'drill-paused' }],
      [given + 50_000, { type: 'drill-continued', pausedMs: 40_000, harm: { good: 0, slow: 0, failed: 0 } }],
    ]
    assert.equal(firstAt('hint', paused, given + 50_000, given + 300_000), given + parameters.pauseMs + 40_000)
  })

  test('until there is none', () => {
    const all = [hint(given), hint(given, 'point'), hint(given, 'tell')]
    assert.equal(decided(given + 1, all, { asked: true }).kind, 'exhausted')
    assert.equal(decided(given + 1, all).kind, 'wait')
  })
})

describe('a requested hint comes', () => {
  const given = 100_000
  /** The waiting time for a request this soon after the last hint. */
  const waits = (happened: Happened[], afterMs: number) => {
    const decision = decided(given + afterMs, [hint(given), ...happened], { asked: true })
    return decision.kind === 'wait' ? decision.forMs : decision.kind
  }
  test('immediately, when it is the first of its step', () => assert.equal(decided(pagedAt, [], { asked: true }).kind, 'hint'))

  test('after a waiting time that grows with each request without any action since, up to a minute', () => {
    const table: [happened: Happened[], pauseMs: number][] = [
      [[], parameters.askPauseMs],
      [[asks(given)], 2 * parameters.askPauseMs],
      [[asks(given), asks(given)], 3 * parameters.askPauseMs],
      [[asks(given), asks(given), asks(given)], parameters.longestAskPauseMs],
      [[asks(given), looks(given)], parameters.askPauseMs],
      [[asks(given), looks(given), asks(given)], 2 * parameters.askPauseMs],
      [[asks(given), [given, { type: 'note-added', text: '' }]], parameters.askPauseMs],
    ]
    for (const [happened, pauseMs] of table) {
      assert.equal(waits(happened, pauseMs - 1), 1, `${happened.length} events`)
      assert.equal(waits(happened, pauseMs), 'hint')
      assert.equal(waits(happened, 0), pauseMs)
    }
  })

  test('even from a muted coach, and in an assessment; never before the page', () => {
    assert.equal(decided(pagedAt, [[pagedAt, { type: 'coach-mode-set', mode: 'muted' }]], { asked: true }).kind, 'hint')
    assert.equal(decided(pagedAt, [], { asked: true, mode: 'assessment' }).kind, 'hint')
  })
})

describe('near the end', () => {
  const { limit } = scenario
  test('an extension is given to somebody who worked within the last minute, and the last words come with less than 45 s left', () => {
    const lastAct = limit - 100_000
    const working = [hint(lastAct, 'orient'), hint(lastAct, 'point'), hint(lastAct, 'tell'), looks(lastAct)]
    assert.equal(decided(limit - parameters.extendWithinMs, working).kind, 'wait')
    assert.equal(decided(limit - parameters.extendWithinMs + 1, working).kind, 'extend')
    const idle = working.map(([, body]): Happened => [limit - parameters.extendWithinMs + 1 - parameters.atWorkMs, body])
    assert.equal(decided(limit - parameters.extendWithinMs + 1, idle).kind, 'wait')
    const twice: Happened[] = [1, 2].map(() => [lastAct, { type: 'time-extended', byMs: 1 }])
    assert.notEqual(decided(limit - 50_000, [...working, ...twice]).kind, 'extend')
    assert.equal(decided(limit - parameters.wrapUpWithinMs, idle).kind, 'wait')
    assert.equal(decided(limit - parameters.wrapUpWithinMs + 1, idle).kind, 'wrap-up')
  })

  test('an assessment gets no extension, and hints only when time runs out', () => {
    const late = limit - parameters.extendWithinMs + 1
    assert.notEqual(decided(late, [looks(late - 1)], { mode: 'assessment' }).kind, 'extend')
    assert.equal(decided(limit * parameters.hurryFrom, [], { mode: 'assessment' }).kind, 'wait')
    assert.equal(decided(limit * parameters.hurryFrom + 1, [], { mode: 'assessment' }).kind, 'hint')
  })

  test('a snooze lasts until time is over', () => {
    const snoozed: Happened[] = [[pagedAt, { type: 'coach-snoozed', forMs: 2 * limit }]]
    assert.equal(decided(limit * parameters.hurryFull - 1, snoozed).kind, 'wait')
    assert.equal(decided(limit * parameters.hurryFull, snoozed).kind, 'hint')
  })
})

describe('when others wait', () => {
  const { limit } = scenario
  test('help in an assessment begins when its share of the time runs out', () => {
    const dueMs = 100_000
    const given: Given = { mode: 'assessment', dueMs }
    assert.equal(decided(dueMs * parameters.hurryFrom, [], given).kind, 'wait')
    const found = firstAt('hint', [], pagedAt, 200_000, given)
    assert.ok(found > dueMs * parameters.hurryFrom && found < dueMs * parameters.hurryFull, String(found))
    const decision = decided(found, [], given)
    assert.equal(decision.kind === 'hint' && decision.reason, 'time')
  })

  test('hints come faster, but not as fast as when time is nearly over; a snooze applies', () => {
    const given = pagedAt + 200_000
    const [dueMs, to] = [1, given + 200_000]
    const pause = parameters.pauseMs + (parameters.shortPauseMs - parameters.pauseMs) * parameters.hurryForOthers
    const found = firstAt('hint', [hint(given)], given, to, { dueMs })
    assert.ok(Math.abs(found - given - pause) <= 1, `${found - given} instead of ${pause}`)
    const late = limit * parameters.hurryFull
    assert.equal(firstAt('hint', [hint(late)], late, late + 14_000), late + parameters.shortPauseMs)
    assert.equal(decided(given, [[given, { type: 'coach-snoozed', forMs: 1_000 }]], { dueMs }).kind, 'wait')
  })

  test('work elsewhere until then does not count as struggle', () => {
    const busyUntil = 400_000
    const expected = busyUntil + parameters.struggleAt[0] * parMs
    const found = firstAt('hint', [wrong(pagedAt)], pagedAt, expected + 1_000, { busyUntil })
    assert.ok(Math.abs(found - expected) <= 1, `${found} instead of ${expected}`)
    const earlier = firstAt('hint', [], pagedAt, 200_000, { busyUntil: pagedAt - 5_000 })
    assert.ok(Math.abs(earlier - pagedAt - parameters.struggleAt[0] * parMs) <= 1, 'busy before the page')
  })
})

test('the waiting time is returned with its reason', () => {
  const given = pagedAt + 200_000
  const struggle = (now: number, wanted: number) => `struggle ${((now - pagedAt) / parMs).toFixed(2)} of ${wanted.toFixed(2)}`
  const reasonsOf = (decision: Decision) => (decision.kind === 'wait' ? [decision.forMs, ...decision.reasons] : [decision.kind])
  assert.deepEqual(reasonsOf(decided(given + 5_000, [hint(given)])), [
    parameters.untriedPauseMs - 5_000,
    struggle(given + 5_000, parameters.struggleAt[1]),
    'the last hint is 5 s old',
  ])
  assert.deepEqual(reasonsOf(decided(given, [[given - 1_000, { type: 'coach-snoozed', forMs: 60_000 }]])), [
    59_000,
    struggle(given, parameters.struggleAt[0]),
    'the trainee has asked for no hints right now',
  ])
  assert.deepEqual(reasonsOf(decided(given + 5_000, [hint(given), asks(given)], { asked: true })), [
    2 * parameters.askPauseMs - 5_000,
    `asked again 5 s after the last hint; the pause is ${(2 * parameters.askPauseMs) / 1_000} s`,
  ])
})

test('the next step is counted from the last progress, with its own par', () => {
  const done: Happened = [40_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }]
  const praised: Happened = [40_000, { type: 'coach-said', about: 'acknowledged', text: '' }]
  const own = scenario.milestones.located.par - parMs
  const found = firstAt('hint', [wrong(30_000), done, praised], 40_000, scenario.limit * 0.5)
  assert.ok(Math.abs(found - 40_000 - parameters.struggleAt[0] * own) <= 1, `${found}`)
  const decision = decided(found, [wrong(30_000), done, praised])
  assert.equal(decision.kind === 'hint' && decision.milestone, 'located')
})

test('the next hint is the first rung of the current step that was not given', () => {
  const next = (happened: readonly Happened[]) => {
    const events = [[0, startOf(scenario, 'Robin')] as const, ...happened].map(([at, body], index): DrillEvent => ({
      ...body,
      id: index,
      drill: 'd',
      at,
    }))
    const state = foldDrill(events)
    assert.ok(state)
    const found = nextHint(state, scenario)
    return found && `${found.milestone} ${found.rung}`
  }
  const done = (milestone: 'acknowledged' | 'located' | 'diagnosed' | 'mitigated' | 'recovered'): Happened => [
    1,
    { type: 'milestone-reached', milestone, evidence: '' },
  ]
  assert.equal(next([]), 'acknowledged orient')
  assert.equal(next([hint(1), hint(2, 'tell')]), 'acknowledged point')
  assert.equal(next([hint(1), hint(2, 'point'), hint(3, 'tell')]), null)
  assert.equal(next([hint(1), done('acknowledged')]), 'located orient')
  assert.equal(next([done('acknowledged'), done('located'), done('diagnosed'), done('mitigated'), done('recovered')]), null)
})
