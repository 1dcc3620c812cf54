import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { progressOf } from './progress.ts'
import { loadScenarios } from './scenarios.ts'

const scenarios = loadScenarios(path.join(import.meta.dirname, '..', 'scenarios'))

function drill(id: string, startedAt: number, bodies: [afterMs: number, body: DrillEventBody][]): DrillState {
  const started: DrillEventBody = {
    type: 'drill-started',
    scenario: 'slow-shelves',
    mode: 'learning',
    trainee: 'Robin',
    limitMs: 900_000,
    seed: 1,
    usersBefore: null,
    fingerprint: 'x',
  }
  const events = ([[0, started], ...bodies] as [number, DrillEventBody][]).map(([after, body], index): DrillEvent => ({
    id: index + 1,
    drill: id,
    at: startedAt + after,
    ...body,
  }))
  const state = foldDrill(events)
  assert.ok(state)
  return state
}

const hint: DrillEventBody = { type: 'hint-given', milestone: 'located', rung: 'orient', text: '…', reason: 'asked' }
const resolved: DrillEventBody = { type: 'drill-finished', outcome: 'resolved' }

test('a skill lists the drills that were played, oldest first, and only a resolution without hints counts as mastered', () => {
  const par = scenarios.get('slow-shelves')?.milestones.acknowledged.par ?? 0
  const assisted = drill('b', 2_000_000, [
    [par * 2, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }],
    [par * 3, hint],
    [par * 4, resolved],
  ])
  const before = progressOf([assisted], scenarios)
  const skillOf = (progress: typeof before) => progress.skills.find(({ skill }) => skill === 'exemplars')
  assert.equal(skillOf(before)?.scores.length, 1)
  assert.deepEqual(skillOf(before)?.scenarios, [
    { id: 'slow-shelves', title: scenarios.get('slow-shelves')?.title, played: true, unassisted: false },
  ])
  assert.deepEqual(before.steps[0], { milestone: 'acknowledged', reached: 1, of: 1, medianOfPar: 2 })
  assert.equal(before.steps[4]?.medianOfPar, null)

  const alone = drill('a', 1_000_000, [
    [par, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }],
    [par * 2, resolved],
  ])
  const after = progressOf([assisted, alone], scenarios)
  assert.equal(after.drills, 2)
  assert.equal(skillOf(after)?.scenarios[0]?.unassisted, true)
  const [first = 0, second = 0] = skillOf(after)?.scores ?? []
  assert.ok(first > second, 'the earlier drill was the better one')
})

test('aborted drills and scenarios that were never played do not count', () => {
  const aborted = drill('a', 1_000, [[10, { type: 'drill-aborted', reason: 'x' }]])
  const progress = progressOf([aborted], scenarios)
  assert.equal(progress.drills, 0)
  assert.ok(progress.skills.every(({ scores, scenarios: able }) => scores.length === 0 && able.every(({ played }) => !played)))
})
