import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { milestoneNames } from '../model/scenario.ts'
import { loadScenario } from './scenarios.ts'
import { budgetBurnt, scoreDrill } from './scoring.ts'

const scenario = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves'))

function drill(mode: 'learning' | 'assessment', atMs: number, more: DrillEventBody[] = []) {
  const bodies: DrillEventBody[] = [
    { type: 'drill-started', scenario: scenario.id, mode, trainee: 't', limitMs: 1, seed: 1, usersBefore: null, fingerprint: '' },
    ...more,
    ...milestoneNames.map((milestone): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: '' })),
  ]
  const events: DrillEvent[] = bodies.map((body, index) => ({ id: index, drill: 'd', at: index === 0 ? 0 : atMs, ...body }))
  const state = foldDrill(events)
  assert.ok(state)
  return scoreDrill(state, scenario)
}

test('everything within par is worth a hundred', () => {
  assert.equal(drill('learning', 1_000).total, 100)
})

test('points fall with time, down to none', () => {
  const late = drill('learning', 5 * 60_000).total
  assert.ok(late < 100 && late > 30, `${late}`)
  assert.equal(drill('learning', 10 * 3_600_000).total, 10)
})

test('a hint is free when learning, and costs in assessment; either way the drill was assisted', () => {
  const hint: DrillEventBody = { type: 'hint-given', milestone: 'located', rung: 'orient', text: '', reason: 'asked' }
  assert.equal(drill('learning', 1_000, [hint]).total, 100)
  assert.equal(drill('assessment', 1_000, [hint]).total, 97)
  assert.equal(drill('learning', 1_000, [hint]).assisted, true)
})

test('the error budget burnt is a multiple of what may go wrong', () => {
  assert.equal(budgetBurnt({ good: 99, slow: 0, failed: 1 }), 1)
  assert.equal(budgetBurnt({ good: 90, slow: 5, failed: 5 }), 10)
  assert.equal(budgetBurnt({ good: 10, slow: 0, failed: 0 }), 0)
  assert.equal(budgetBurnt({ good: 0, slow: 0, failed: 0 }), null)
})
