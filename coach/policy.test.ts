import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenarios } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { seed } from '../test/seed.ts'
import { coachParameters } from './parameters.ts'
import { decide } from './policy.ts'
import { personaNamed, personas } from './personas.ts'
import { simulate, startOf } from './simulation.ts'

const scenarios = [...loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).values()]
const scenario = scenarios.find(({ id }) => id === 'slow-shelves') ?? scenarios[0]
assert.ok(scenario)
// Another each time: many of them is what `bench coach` plays.
const seeds = [seed]

describe('the policy, over all scenarios', () => {
  test('every simulated trainee completes every scenario', () => {
    for (const played of scenarios.flatMap((each) =>
      personas.flatMap((who) => seeds.map((seed) => ({ id: each.id, who: who.name, ...simulate(each, who, 'coach', seed) }))),
    )) {
      assert.ok(played.completed, `${played.who} did not finish ${played.id}`)
    }
  })

  test('without help not everyone does: it is the policy that helps', () => {
    assert.ok(!simulate(scenario, personaNamed('gives up'), 'none', 1).completed)
    assert.ok(!simulate(scenario, personaNamed('gives up'), 'button', 1).completed)
  })

  test('an expert gets almost no unasked hints', () => {
    const unasked = scenarios.flatMap((each) => seeds.flatMap((seed) => simulate(each, personaNamed('expert'), 'coach', seed).hints))
    assert.ok(unasked.length / (scenarios.length * seeds.length) <= 0.2, `${unasked.length} hints`)
  })

  test('asking again and again brings no hint sooner than the pause', () => {
    for (const seed of seeds) {
      const { hints } = simulate(scenario, personaNamed('hint gamer'), 'coach', seed)
      assert.ok(hints.length > 3)
      for (const [index, hint] of hints.entries()) {
        const before = hints[index - 1]
        if (before?.milestone === hint.milestone) assert.ok(hint.at - before.at >= coachParameters.askPauseMs, `${hint.at - before.at} ms`)
      }
    }
  })

  test('rungs come in order, each once', () => {
    for (const who of personas) {
      for (const name of ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered']) {
        const rungs: string[] = simulate(scenario, who, 'coach', 7)
          .hints.filter((hint) => hint.milestone === name)
          .map((hint) => hint.rung)
        assert.deepEqual(rungs, ['orient', 'point', 'tell'].slice(0, rungs.length), `${who.name}, ${name}`)
      }
    }
  })
})

describe('the policy, in one situation', () => {
  const started = startOf(scenario, 'Robin')
  const paged: DrillEventBody = {
    type: 'page-received',
    alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' },
  }
  const at = (now: number, bodies: [at: number, body: DrillEventBody][], asked = false) => {
    const events = bodies.map(([when, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: when }))
    const state = foldDrill(events)
    assert.ok(state)
    return decide({ state, events, scenario, now, asked })
  }

  test('before the page there is nothing to hint at', () => {
    assert.equal(at(600_000, [[0, started]]).kind, 'wait')
  })

  test('a milestone is praised once, with what proved it', () => {
    const reached: [number, DrillEventBody][] = [
      [0, started],
      [10_000, paged],
      [20_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: 'the page was acknowledged' }],
    ]
    const decision = at(21_000, reached)
    assert.equal(decision.kind, 'encourage')
    assert.match(decision.kind === 'encourage' ? decision.text : '', /0:20, within the 1:30 of par: the page was acknowledged/)
    const said: DrillEventBody = { type: 'coach-said', about: 'acknowledged', text: '' }
    assert.equal(at(22_000, [...reached, [21_000, said]]).kind, 'wait')
  })

  test('of milestones that are reached together the last is praised, and then none', () => {
    const reached: [number, DrillEventBody][] = [
      [0, started],
      [10_000, paged],
      [20_000, { type: 'milestone-reached', milestone: 'located', evidence: 'named redis as the cause' }],
      [20_000, { type: 'milestone-reached', milestone: 'diagnosed', evidence: 'named redis (cache)' }],
    ]
    const decision = at(21_000, reached)
    assert.equal(decision.kind === 'encourage' ? decision.about : decision.kind, 'diagnosed')
    const said: DrillEventBody = { type: 'coach-said', about: 'diagnosed', text: '' }
    assert.notEqual(at(22_000, [...reached, [21_000, said]]).kind, 'encourage')
  })

  test('wrong causes and harmful actions bring the hint sooner', () => {
    const wrong: DrillEventBody = { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }
    const soon = 10_000 + scenario.milestones.acknowledged.par * 0.5
    assert.equal(
      at(soon, [
        [0, started],
        [10_000, paged],
      ]).kind,
      'wait',
    )
    assert.equal(
      at(soon, [
        [0, started],
        [10_000, paged],
        [20_000, wrong],
        [21_000, wrong],
      ]).kind,
      'hint',
    )
  })

  test('an assessment is not helped unasked, until time is short', () => {
    const assessed: [number, DrillEventBody][] = [
      [0, { ...started, mode: 'assessment' }],
      [10_000, paged],
    ]
    assert.equal(at(scenario.limit * 0.5, assessed).kind, 'wait')
    assert.equal(at(scenario.limit * 0.5, assessed, true).kind, 'hint')
    assert.equal(at(scenario.limit * 0.9, assessed).kind, 'hint')
  })

  test('a trainee who is still working near the end gets more time, twice at most', () => {
    const looked: DrillEventBody = { type: 'place-viewed', view: 'logs', component: null, detail: '' }
    const more: DrillEventBody = { type: 'time-extended', byMs: coachParameters.extendByMs }
    const late = scenario.limit - 30_000
    const begun: [number, DrillEventBody][] = [
      [0, started],
      [10_000, paged],
      [late - 5_000, looked],
    ]
    assert.equal(at(late, begun).kind, 'extend')
    assert.notEqual(at(late, begun.slice(0, 2)).kind, 'extend', 'nobody is there')
    const twice: [number, DrillEventBody][] = [...begun, [late, more], [late, more]]
    assert.notEqual(at(late + 2 * coachParameters.extendByMs, twice).kind, 'extend')
  })

  const given = (now: number): [number, DrillEventBody][] =>
    (['orient', 'point', 'tell'] as const).map((rung) => [
      now,
      { type: 'hint-given', milestone: 'acknowledged', rung, text: '', reason: 'asked' },
    ])
  const begun: [number, DrillEventBody][] = [
    [0, started],
    [10_000, paged],
  ]

  test('a trainee with every hint and no progress gets an easier scenario, once, where the author allows it', () => {
    const easy = { ...scenario, ease: { steps: [], what: 'less load' } }
    const events = (bodies: [number, DrillEventBody][]) =>
      bodies.map(([when, body], index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: when }))
    const decided = (bodies: [number, DrillEventBody][], now: number, which = easy) => {
      const all = events(bodies)
      const state = foldDrill(all)
      assert.ok(state)
      return decide({ state, events: all, scenario: which, now }).kind
    }
    const late = 30_000 + coachParameters.easeAfterMs
    assert.equal(decided([...begun, ...given(30_000)], late - 1_000), 'wait')
    assert.equal(decided([...begun, ...given(30_000)], late), 'ease')
    assert.equal(decided([...begun, ...given(30_000), [late, { type: 'scenario-eased', what: 'less load' }]], late + 1_000), 'wait')
    assert.equal(decided([...begun, ...given(30_000)], late, { ...easy, ease: undefined } as never), 'wait')
    // The page is not acknowledged, but users no longer feel anything: there is nothing to make easier.
    const served: [number, DrillEventBody][] = [
      [late - 2, { type: 'milestone-reached', milestone: 'mitigated', evidence: '' }],
      [late - 1, { type: 'coach-said', about: 'mitigated', text: '' }],
    ]
    assert.equal(decided([...begun, ...given(30_000), ...served], late + coachParameters.easeAfterMs), 'wait')
  })

  test('shortly before the end it says what is done and what is missing, once', () => {
    const end = scenario.limit - coachParameters.wrapUpWithinMs / 2
    const decision = at(end, [...begun, ...given(30_000)])
    assert.equal(decision.kind, 'wrap-up')
    assert.match(decision.kind === 'wrap-up' ? decision.text : '', /what is missing is to acknowledge the page/)
    assert.notEqual(at(end, [...begun, ...given(30_000), [end, { type: 'coach-said', about: 'the end', text: '' }]]).kind, 'wrap-up')
  })

  test('a snoozed coach waits, and a muted coach speaks only when asked', () => {
    const soon = 10_000 + scenario.milestones.acknowledged.par * 1.2
    assert.equal(at(soon, begun).kind, 'hint')
    assert.equal(at(soon, [...begun, [soon - 1_000, { type: 'coach-snoozed', forMs: 60_000 }]]).kind, 'wait')
    for (const mode of ['muted', 'instructor'] as const) {
      const muted: [number, DrillEventBody][] = [...begun, [soon - 1_000, { type: 'coach-mode-set', mode }]]
      assert.equal(at(soon, muted).kind, 'wait')
      assert.equal(at(soon, muted, true).kind, 'hint', 'who asks is answered')
    }
  })

  test('a rehearsal is not coached', () => {
    assert.equal(
      at(scenario.limit * 0.9, [
        [0, { ...started, mode: 'rehearsal' }],
        [10_000, paged],
      ]).kind,
      'wait',
    )
  })
})
