import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadScenarios } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { hintRungs, milestoneNames, type Scenario } from '../model/scenario.ts'
import { holdsFor } from '../test/fuzz.ts'
import { decide, type Decision } from './policy.ts'
import { startOf } from './simulation.ts'

const scenarios = [...loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).values()]

const alert = { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' }
const run = { type: 'action-run', action: 'restart', title: 'Restart', params: {}, summary: '' } as const
/** What may happen in a drill, in any order and any number of times. */
const anything = fc.oneof(
  { weight: 2, arbitrary: fc.constant<DrillEventBody>({ type: 'page-received', alert }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...milestoneNames)
      .map((milestone): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: 'seen' })),
  },
  {
    weight: 3,
    arbitrary: fc
      .boolean()
      .map((correct): DrillEventBody => ({ type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct })),
  },
  fc.constantFrom<DrillEventBody>(
    { type: 'page-acknowledged' },
    { type: 'page-resolved', alert },
    { type: 'place-viewed', view: 'logs', component: 'orders', detail: '' },
    { ...run, ok: true, kind: 'change', harmful: null },
    { ...run, ok: false, kind: 'change', harmful: null },
    { ...run, ok: true, kind: 'change', harmful: 'it does harm' },
    { type: 'coach-snoozed', forMs: 300_000 },
    { type: 'coach-mode-set', mode: 'muted' },
    { type: 'coach-mode-set', mode: 'auto' },
    { type: 'drill-paused' },
    { type: 'drill-continued', pausedMs: 5_000, harm: { good: 1, slow: 0, failed: 0 } },
    { type: 'time-extended', byMs: 60_000 },
    { type: 'health-changed', healthy: true, failing: [] },
    { type: 'health-changed', healthy: false, failing: ['users-served'] },
  ),
)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('event' as const), body: anything }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 180_000 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const) }) },
)
const start = fc.record({
  id: fc.constantFrom(...scenarios.map(({ id }) => id)),
  mode: fc.constantFrom('learning' as const, 'assessment' as const, 'rehearsal' as const),
})

/** What must be true of each decision, whatever happened before it. */
function mustBeSound(decision: Decision, state: DrillState, scenario: Scenario, asked: boolean): void {
  assert.ok(
    decision.reasons.every((reason) => !/NaN|undefined|Infinity/.test(reason)),
    decision.reasons.join(),
  )
  const causeIsNamed = state.milestones.diagnosed !== null
  switch (decision.kind) {
    case 'wait':
      return assert.ok(decision.forMs >= 0, `${decision.forMs} ms`)
    case 'hint': {
      const { milestone, rung } = decision
      assert.equal(state.milestones[milestone], null, `a hint for ${milestone}, which is reached`)
      assert.ok(!(milestone === 'located' && causeIsNamed), 'a hint where to look, for who has named the cause')
      assert.ok(state.pagedAt !== null, 'a hint before the page')
      assert.ok(asked || state.coach === 'auto', 'a hint that nobody asked for, by a coach that is silent')
      assert.equal(decision.text, scenario.milestones[milestone].hints[rung])
      const given = state.hints.filter((hint) => hint.milestone === milestone).map((hint) => hint.rung)
      return assert.equal(rung, hintRungs[given.length], `after ${given.join(', ')}`)
    }
    case 'encourage':
      return assert.notEqual(state.milestones[decision.about], null, 'praise for what is not reached')
    case 'ease':
      assert.equal(state.milestones.mitigated, null, 'made easier when users are served again')
      return assert.deepEqual([state.easedAt, state.mode, asked], [null, 'learning', false])
    case 'extend':
      return assert.ok(decision.byMs > 0 && !asked)
    case 'wrap-up':
      return assert.ok(state.milestones.recovered === null && !asked)
    case 'exhausted':
      return assert.ok(asked)
  }
}

/** The event for a decision. */
function carriedOut(decision: Decision): DrillEventBody | null {
  if (decision.kind === 'encourage') return { type: 'coach-said', about: decision.about, text: decision.text }
  if (decision.kind === 'wrap-up') return { type: 'coach-said', about: 'the end', text: decision.text }
  if (decision.kind === 'ease') return { type: 'scenario-eased', what: decision.what }
  if (decision.kind === 'extend') return { type: 'time-extended', byMs: decision.byMs }
  if (decision.kind !== 'hint') return null
  return { type: 'hint-given', milestone: decision.milestone, rung: decision.rung, text: decision.text, reason: decision.reason }
}

test('in any drill the coach helps only with current steps, in order, and says each thing once', (context) =>
  holdsFor(context, [start, fc.array(step, { maxLength: 60 })], ({ id, mode }, steps) => {
    const scenario = scenarios.find((one) => one.id === id)
    assert.ok(scenario)
    const events: DrillEvent[] = []
    let now = 0
    const append = (body: DrillEventBody) => events.push({ ...body, id: events.length + 1, drill: 'd', at: now })
    append({ ...startOf(scenario, 'Robin'), mode })
    const coach = (asked: boolean) => {
      const state = foldDrill(events)
      assert.ok(state)
      const decision = decide({ state, events, scenario, now, asked })
      mustBeSound(decision, state, scenario, asked)
      const body = carriedOut(decision)
      if (mode === 'rehearsal' || state.phase !== 'running') assert.equal(body, null)
      if (body) append(body)
    }
    for (const one of steps) {
      if (one.kind === 'pass') now += one.ms
      if (one.kind === 'event') {
        // As the engine writes it: naming the cause implies having located it.
        if (one.body.type === 'milestone-reached' && one.body.milestone === 'diagnosed') append({ ...one.body, milestone: 'located' })
        append(one.body)
      }
      if (one.kind === 'ask') append({ type: 'hint-asked' })
      coach(one.kind === 'ask')
    }
    const said = events.flatMap((event) => (event.type === 'coach-said' ? [event.about] : []))
    assert.equal(new Set(said).size, said.length, `said more than once: ${said.join(', ')}`)
  }))
