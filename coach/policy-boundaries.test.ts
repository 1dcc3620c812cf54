import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { coachParameters as parameters } from './parameters.ts'
import { decide, nextHint, type Decision } from './policy.ts'
import { startOf } from './simulation.ts'

/** Par for acknowledging is 90 s, the limit 20 min; nothing can be made easier. */
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

function decided(
  now: number,
  happened: readonly Happened[],
  { asked = false, mode = 'learning' as 'learning' | 'assessment' } = {},
): Decision {
  const all: Happened[] = [[0, { ...startOf(scenario, 'Robin'), mode }], page, ...happened]
  const events = all.map(([at, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at }))
  const state = foldDrill(events)
  assert.ok(state)
  return decide({ state, events, scenario, now, asked })
}
/** The first millisecond at which it decides so, which is never taken back by the clock alone. */
function firstAt(kind: Decision['kind'], happened: readonly Happened[], from = pagedAt, to = scenario.limit): number {
  let [before, after] = [from - 1, to]
  assert.equal(decided(after, happened).kind, kind, `at ${after} ms`)
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (decided(middle, happened).kind === kind) after = middle
    else before = middle
  }
  return after
}

describe('the first hint comes unasked', () => {
  const soonest = pagedAt + Math.ceil(parameters.struggleAt[0] * parMs)
  /** So much sooner, as a share of par. */
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
  test('after a pause, when the last hint was tried, and later when it was not', () => {
    assert.equal(firstAt('hint', [hint(given), looks(given + 1)], given, given + 200_000), given + parameters.pauseMs)
    assert.equal(firstAt('hint', [hint(given)], given, given + 200_000), given + parameters.untriedPauseMs)
    // What was done before the hint does not try it.
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

describe('a hint that is asked for comes', () => {
  const given = 100_000
  /** For how long it has to be waited for, asked so soon after the last one. */
  const waits = (happened: Happened[], afterMs: number) => {
    const decision = decided(given + afterMs, [hint(given), ...happened], { asked: true })
    return decision.kind === 'wait' ? decision.forMs : decision.kind
  }
  test('immediately, when it is the first of its step', () => assert.equal(decided(pagedAt, [], { asked: true }).kind, 'hint'))

  test('after a pause that grows with each request that nothing was done after, up to a minute', () => {
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

  test('also from a coach who is muted, and in an assessment; never before the page', () => {
    assert.equal(decided(pagedAt, [[pagedAt, { type: 'coach-mode-set', mode: 'muted' }]], { asked: true }).kind, 'hint')
    assert.equal(decided(pagedAt, [], { asked: true, mode: 'assessment' }).kind, 'hint')
  })
})

describe('near the end', () => {
  const { limit } = scenario
  test('more time is given to somebody at work within the last minute, and the last words come with less than 45 s left', () => {
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

  test('an assessment gets no more time, and hints only from when time runs out', () => {
    const late = limit - parameters.extendWithinMs + 1
    assert.notEqual(decided(late, [looks(late - 1)], { mode: 'assessment' }).kind, 'extend')
    assert.equal(decided(limit * parameters.hurryFrom, [], { mode: 'assessment' }).kind, 'wait')
    assert.equal(decided(limit * parameters.hurryFrom + 1, [], { mode: 'assessment' }).kind, 'hint')
  })

  test('a snooze holds until time is over', () => {
    const snoozed: Happened[] = [[pagedAt, { type: 'coach-snoozed', forMs: 2 * limit }]]
    assert.equal(decided(limit * parameters.hurryFull - 1, snoozed).kind, 'wait')
    assert.equal(decided(limit * parameters.hurryFull, snoozed).kind, 'hint')
  })
})

test('the next hint is the first rung that was not given of the step that is worked on', () => {
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
