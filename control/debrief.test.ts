import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { loadScenario } from '../drills/scenarios.ts'
import { foldDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { milestoneNames, type MilestoneName } from '../model/scenario.ts'
import { debriefOf } from './debrief.ts'
import { projectRoot } from './paths.ts'

const scenario = loadScenario(path.join(projectRoot, 'scenarios', 'slow-shelves'))
/** A drill of this scenario, or of another, and its state. */
function played(id: string, startedAt: number, bodies: readonly DrillEventBody[], of = scenario.id) {
  const started: DrillEventBody = {
    type: 'drill-started',
    scenario: of,
    mode: 'learning',
    trainee: id,
    limitMs: scenario.limit,
    seed: 7,
    usersBefore: null,
    fingerprint: '',
  }
  const events = [started, ...bodies].map((body, index): DrillEvent => ({
    ...body,
    id: index + 1,
    drill: id,
    at: startedAt + index * 1_000,
  }))
  const state = foldDrill(events)
  assert.ok(state)
  return { state, events }
}
const finished: DrillEventBody = { type: 'drill-finished', outcome: 'resolved' }
const reached = (milestone: MilestoneName): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: '' })
const looked = (view: 'trace' | 'logs', component: 'inventory' | 'redis'): DrillEventBody => ({
  type: 'place-viewed',
  view,
  component,
  detail: '',
})

test('it has the answer, what the reference takes, and the score of the drill', () => {
  const { state, events } = played('d', 0, [
    ...milestoneNames.map(reached),
    { type: 'harm-measured', harm: { good: 98, slow: 1, failed: 1 } },
    finished,
  ])
  const debrief = debriefOf(state, events, scenario, [state])
  assert.deepEqual(
    [debrief.title, debrief.cause, debrief.solution, debrief.skills],
    [scenario.title, scenario.cause, scenario.solution, scenario.skills],
  )
  assert.deepEqual(debrief.reference, [
    { milestone: 'acknowledged', parMs: 90_000 },
    { milestone: 'located', parMs: 240_000 },
    { milestone: 'diagnosed', parMs: 360_000 },
    { milestone: 'mitigated', parMs: 480_000 },
    { milestone: 'recovered', parMs: 540_000 },
  ])
  assert.equal(debrief.score.total, 100)
  assert.equal(debrief.budgetBurnt, 2)
  assert.equal(debrief.text, scenario.debrief)
  assert.equal(debrief.again, null, 'this scenario is always the same')
  assert.equal(debrief.events, events)
})

test('a place counts as seen when this view of this component was looked at', () => {
  const { state, events } = played('d', 0, [looked('logs', 'inventory'), looked('trace', 'redis'), finished])
  const { places } = debriefOf(state, events, scenario, [])
  assert.deepEqual(
    places.map(({ view, component, seen }) => `${view} ${component} ${seen}`),
    ['trace inventory false', 'dashboard inventory false', 'deploys inventory false', 'logs inventory true'],
  )
})

test('other attempts are those at the same scenario that are finished, oldest first', () => {
  const hint: DrillEventBody = { type: 'hint-given', milestone: 'located', rung: 'orient', text: '', reason: 'asked' }
  const later = played('later', 9_000_000, [...milestoneNames.map(reached), finished])
  const first = played('first', 1_000, [hint, finished])
  const others: DrillState[] = [
    later.state,
    played('aborted', 2_000, [{ type: 'drill-aborted', reason: '' }]).state,
    played('running', 3_000, []).state,
    played('another scenario', 4_000, [finished], 'stuck-checkout').state,
    first.state,
  ]
  const { tries } = debriefOf(later.state, later.events, scenario, others)
  assert.deepEqual(tries, [
    { id: 'first', at: 1_000, trainee: 'first', score: 10, assisted: true },
    { id: 'later', at: 9_000_000, trainee: 'later', score: 100, assisted: false },
  ])
})

test('with variants, the debrief shows seed and variant, to play the same again; with people, how well they were kept informed', () => {
  const drawn = loadScenario(path.join(projectRoot, 'scenarios', 'every-fourth-page'))
  const { state, events } = played('d', 0, [finished], drawn.id)
  assert.deepEqual(debriefOf(state, events, drawn, []).again, { seed: 7, variant: null })
  const { people: _people, ...alone } = scenario
  assert.equal(debriefOf(state, events, scenario, []).communication?.summary, 'Nobody was told anything.')
  assert.equal(debriefOf(state, events, alone, []).communication, null)
  assert.equal(debriefOf(state, events, scenario, []).budgetBurnt, null, 'nobody used the shop')
})
