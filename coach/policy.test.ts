import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { coachParameters } from './parameters.ts'
import { decide } from './policy.ts'
import { startOf } from './simulation.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))

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

  test('of milestones that are reached together only the last is praised', () => {
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

  test('an assessment gets no unrequested help until time is short', () => {
    const assessed: [number, DrillEventBody][] = [
      [0, { ...started, mode: 'assessment' }],
      [10_000, paged],
    ]
    assert.equal(at(scenario.limit * 0.5, assessed).kind, 'wait')
    assert.equal(at(scenario.limit * 0.5, assessed, true).kind, 'hint')
    assert.equal(at(scenario.limit * 0.9, assessed).kind, 'hint')
  })

  test('a trainee who is still working near the end gets an extension, twice at most', () => {
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

  test('after every hint without progress, the scenario is eased, once, if the author allows it', () => {
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
    const assessed: [number, DrillEventBody][] = [[0, { ...started, mode: 'assessment' }], ...begun.slice(1)]
    assert.equal(decided([...assessed, ...given(30_000)], late), 'wait')
    // The page is not acknowledged, but users are healthy again: there is nothing to ease.
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
    assert.match(decision.kind === 'wrap-up' ? decision.text : '', /Nothing is lost; what remains is to acknowledge the page/)
    const further = (['acknowledged', 'located'] as const).flatMap((milestone): [number, DrillEventBody][] => [
      [20_000, { type: 'milestone-reached', milestone, evidence: '' }],
      [20_000, { type: 'coach-said', about: milestone, text: '' }],
    ])
    const later = at(end, [...begun, ...further])
    assert.match(
      later.kind === 'wrap-up' ? later.text : '',
      /You have acknowledged the page and found the place; what remains is to name the cause/,
    )
    assert.notEqual(at(end, [[0, started]]).kind, 'wrap-up', 'nobody was paged')
    assert.notEqual(at(end, [...begun, ...given(30_000), [end, { type: 'coach-said', about: 'the end', text: '' }]]).kind, 'wrap-up')
  })

  test('a snoozed coach waits, and a muted coach speaks only when asked', () => {
    const soon = 10_000 + scenario.milestones.acknowledged.par * 1.2
    assert.equal(at(soon, begun).kind, 'hint')
    assert.equal(at(soon, [...begun, [soon - 1_000, { type: 'coach-snoozed', forMs: 60_000 }]]).kind, 'wait')
    for (const mode of ['muted', 'instructor'] as const) {
      const muted: [number, DrillEventBody][] = [...begun, [soon - 1_000, { type: 'coach-mode-set', mode }]]
      assert.deepEqual(
        [at(soon, muted).kind, at(soon, muted).reasons],
        ['wait', [mode === 'muted' ? 'muted' : 'the instructor has taken over']],
      )
      assert.equal(at(soon, muted, true).kind, 'hint', 'who asks is answered')
    }
  })

  test('a step that took longer than par is praised without the time', () => {
    const praised = (when: number) => {
      const decision = at(when, [...begun, [when, { type: 'milestone-reached', milestone: 'acknowledged', evidence: 'so' }]])
      return decision.kind === 'encourage' ? decision.text : decision.kind
    }
    const { par } = scenario.milestones.acknowledged
    assert.equal(praised(par), 'Acknowledged after 1:30, within the 1:30 of par: so.')
    assert.equal(praised(par + 1_000), 'Acknowledged after 1:31: so.')
  })

  test('in a pause, after the end, and when every step is reached the coach does nothing, even on request', () => {
    const over: [number, DrillEventBody][][] = [
      [[20_000, { type: 'drill-paused' }]],
      [[20_000, { type: 'drill-finished', outcome: 'given-up' }]],
      (['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'] as const).flatMap((milestone): [number, DrillEventBody][] => [
        [20_000, { type: 'milestone-reached', milestone, evidence: '' }],
        [20_000, { type: 'coach-said', about: milestone, text: '' }],
      ]),
    ]
    for (const bodies of over)
      for (const asked of [true, false]) {
        const decision = at(30_000, [...begun, ...bodies], asked)
        assert.deepEqual([decision.kind, decision.kind === 'wait' && decision.forMs], ['wait', Infinity])
      }
  })

  test('a requested hint comes before praise, with its reason', () => {
    const praised: [number, DrillEventBody][] = [[20_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }]]
    assert.deepEqual(at(30_000, [...begun, ...praised], true).reasons, ['asked, for the first time in this step'])
    const hint: DrillEventBody = { type: 'hint-given', milestone: 'acknowledged', rung: 'orient', text: '', reason: 'asked' }
    assert.deepEqual(at(620_000, [...begun, [20_000, hint]], true).reasons, ['asked, 600 s after the last hint'])
    assert.deepEqual(at(20_000, [[0, started]], true).reasons, ['there is no page yet'])
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
