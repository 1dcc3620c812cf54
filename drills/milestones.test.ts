import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { provenMilestones, type TimedVerdict } from './milestones.ts'
import { loadScenarios } from './scenarios.ts'

const scenario = loadScenarios(path.join(import.meta.dirname, '..', 'scenarios')).get('slow-shelves')
const alert = { fingerprint: 'a', name: 'ComponentDown', severity: 'page', summary: '', startsAt: '' }
const bodies: DrillEventBody[] = [
  {
    type: 'drill-started',
    scenario: 'slow-shelves',
    mode: 'learning',
    trainee: 'Robin',
    limitMs: 900_000,
    seed: 1,
    usersBefore: null,
    fingerprint: 'x',
  },
  { type: 'fault-injected', instance: 'i', fault: 'noop', step: 0 },
  { type: 'health-changed', healthy: false, failing: ['Components are ready: fulfilment'] },
  { type: 'page-received', alert },
]
const events = bodies.map((body, index): DrillEvent => ({ id: index + 1, drill: 'd', at: index, ...body }))

/** The milestones that these verdicts prove, one verdict a second, with the page this many milliseconds after the first. */
function proven(
  seen: readonly { usersFine: boolean; healthy: boolean; after?: number }[],
  also: readonly DrillEventBody[] = [],
  pagedAt = 3,
): string[] {
  const all = [
    ...events.map((event) => (event.type === 'page-received' ? { ...event, at: pagedAt } : event)),
    ...also.map((body, index): DrillEvent => ({ id: 100 + index, drill: 'd', at: 100 + index, ...body })),
  ]
  const state = foldDrill(all)
  assert.ok(state && scenario)
  const verdicts = seen.map((verdict, index): TimedVerdict => ({ after: 1_000, ...verdict, results: [], at: index * 1_000 }))
  return provenMilestones(state, all, verdicts, scenario).map(({ milestone }) => milestone)
}
const broken = { usersFine: true, healthy: false }
const felt = { usersFine: false, healthy: false }
const well = { usersFine: true, healthy: true }
const times = <Verdict>(count: number, verdict: Verdict): Verdict[] => Array.from({ length: count }, () => verdict)

test('users who were not affected yet do not count as served again', () => {
  assert.deepEqual(proven(times(20, broken)), [])
  assert.deepEqual(proven([...times(10, broken), ...times(5, felt)]), [])
})

test('users without failures are served again, although not every check passes yet', () => {
  assert.deepEqual(proven([...times(5, felt), ...times(7, broken)]), [])
  assert.deepEqual(proven([...times(5, felt), ...times(10, broken)]), ['mitigated'])
})

test('a fault that users never noticed is mitigated when every check passes', () => {
  assert.deepEqual(proven([...times(5, broken), ...times(10, well)]), ['mitigated'])
})

test('samples before a change prove nothing about the range since', () => {
  const change = { action: 'roll-back', title: 'Roll back', params: {}, ok: true, summary: '', harmful: null } as const
  const seen = [...times(5, felt), ...times(9, well)]
  const unseen = [...seen, { ...well, after: 99 }]
  assert.deepEqual(proven(unseen), ['mitigated'])
  assert.deepEqual(proven(unseen, [{ type: 'action-run', kind: 'inspect', ...change }]), ['mitigated'])
  assert.deepEqual(proven(unseen, [{ type: 'action-run', kind: 'change', ...change }]), [])
  assert.deepEqual(proven(unseen, [{ type: 'fault-injected', instance: 'j', fault: 'noop', step: 1 }]), [])
  assert.deepEqual(proven([...unseen, { ...well, after: 100 }], [{ type: 'action-run', kind: 'change', ...change }]), ['mitigated'])
})

test('harm before the page proves no mitigation', () => {
  const seen = [...times(5, felt), ...times(15, broken)]
  assert.deepEqual(proven(seen, [], 19_000), [])
  assert.deepEqual(proven(seen, [], 10_000), ['mitigated'])
})

test('naming the right cause locates it, and a wrong cause locates nothing', () => {
  const named = (correct: boolean): DrillEventBody => ({
    type: 'cause-named',
    component: 'inventory',
    category: 'release',
    sentence: '',
    correct,
  })
  assert.deepEqual(proven([broken], [named(true)]), ['located', 'diagnosed'])
  assert.deepEqual(proven([broken], [named(false)]), [])
})
