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

test('a drill with everything within par scores 100', () => {
  assert.equal(drill('learning', 1_000).total, 100)
})

test('points decrease with time, down to none', () => {
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

test('if communication is scored it is worth 15 of 100 points, and silence gets none of them', () => {
  const scored = loadScenario(path.join(import.meta.dirname, '..', 'scenarios', 'stuck-checkout'))
  const started: DrillEventBody = {
    type: 'drill-started',
    scenario: scored.id,
    mode: 'learning',
    trainee: 't',
    limitMs: 1,
    seed: 1,
    usersBefore: null,
    fingerprint: '',
  }
  const paged: DrillEventBody = {
    type: 'page-received',
    alert: { fingerprint: 'f', name: 'A', severity: 'page', summary: '', startsAt: '' },
  }
  const update: DrillEventBody = {
    type: 'status-posted',
    status: 'investigating',
    text: 'Checkout has failed for many customers since 14:02. We are investigating.',
    nextInMs: 600_000,
  }
  const total = (bodies: DrillEventBody[]) => {
    const all: DrillEventBody[] = [
      started,
      paged,
      ...bodies,
      ...milestoneNames.map((milestone): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: '' })),
      { type: 'drill-finished', outcome: 'resolved' },
    ]
    const state = foldDrill(all.map((body, index): DrillEvent => ({ ...body, id: index, drill: 'd', at: index * 1_000 })))
    assert.ok(state)
    return scoreDrill(state, scored)
  }
  assert.equal(total([update]).total, 100)
  assert.equal(total([]).total, 85)
  const line = total([]).lines.find(({ what }) => what === 'communication')
  assert.deepEqual([line?.points, line?.of, line?.detail], [0, 15, 'Nobody was told anything.'])
})

test('with the communications role taken, it counts in every scenario whose symptoms are known', () => {
  const { people: _people, ...withoutPeople } = scenario
  const text = 'Product pages are slow for most customers since 14:02. We are investigating.'
  const bodies: DrillEventBody[] = [
    {
      type: 'page-received',
      alert: {
        fingerprint: 'f',
        name: 'BrowseLatencyBudgetBurn',
        severity: 'page',
        summary: '',
        startsAt: '',
      },
    },
    { type: 'status-posted', status: 'investigating', text, nextInMs: 600_000 },
    ...milestoneNames.map((milestone): DrillEventBody => ({ type: 'milestone-reached', milestone, evidence: '' })),
    { type: 'drill-finished', outcome: 'resolved' },
  ]
  const lineOf = (played: typeof scenario, communications: boolean, told = bodies) => {
    const started: DrillEventBody = {
      type: 'drill-started',
      scenario: played.id,
      mode: 'learning',
      trainee: 't',
      limitMs: 1,
      seed: 1,
      usersBefore: null,
      fingerprint: '',
      communications,
    }
    const state = foldDrill([started, ...told].map((body, id): DrillEvent => ({ ...body, id, drill: 'd', at: id * 1_000 })))
    assert.ok(state)
    const { total, lines } = scoreDrill(state, played)
    return [total, lines.find(({ what }) => what === 'communication')?.points]
  }
  const silent = bodies.filter(({ type }) => type !== 'status-posted')
  for (const played of [scenario, withoutPeople]) {
    assert.deepEqual(lineOf(played, true), [100, 15])
    assert.deepEqual(lineOf(played, true, silent), [85, 0])
    assert.deepEqual(lineOf(played, false, silent), [100, undefined])
  }
})

test('a milestone within its par gets its points, and each multiple of par takes a third of them', () => {
  const par = scenario.milestones.diagnosed.par
  const points = (share: number) => {
    const line = drill('learning', par * share).lines.find(({ what }) => what === 'diagnosed')
    return [line?.points, line?.of, line?.detail]
  }
  assert.deepEqual(points(1), [25, 25, 'within par'])
  assert.deepEqual(points(1.001), [25, 25, 'over par'])
  assert.deepEqual(points(2), [17, 25, 'over par'])
  assert.deepEqual(points(3), [8, 25, 'over par'])
  assert.deepEqual(points(4), [0, 25, 'over par'])
  assert.deepEqual(points(9), [0, 25, 'over par'])
})

test('half of the requests slow or failed costs all the points for the users', () => {
  const table: [good: number, slow: number, failed: number, points: number][] = [
    [0, 0, 0, 10],
    [100, 0, 0, 10],
    [90, 5, 5, 8],
    [75, 25, 0, 5],
    [50, 0, 50, 0],
    [0, 0, 9, 0],
  ]
  for (const [good, slow, failed, points] of table) {
    const line = drill('learning', 1, [{ type: 'harm-measured', harm: { good, slow, failed } }]).lines.find(({ what }) => what === 'users')
    assert.deepEqual([line?.points, line?.detail], [points, `${failed} requests failed and ${slow} were slow, of ${good + slow + failed}`])
  }
})

test('wrong causes and harmful actions cost points each, and a score is never below 0', () => {
  const wrong: DrillEventBody = { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false }
  const harmful: DrillEventBody = {
    type: 'action-run',
    action: 'a',
    title: '',
    kind: 'change',
    params: {},
    ok: true,
    summary: '',
    harmful: 'it is lost',
  }
  assert.equal(drill('learning', 1, [wrong]).total, 95)
  assert.equal(drill('learning', 1, [wrong, wrong, harmful]).total, 80)
  const lines = drill('learning', 1, [wrong, wrong, harmful]).lines.filter(({ points }) => points < 0)
  assert.deepEqual(
    lines.map(({ what, points, detail }) => [what, points, detail]),
    [
      ['wrong causes', -10, '2 named before the right one'],
      ['harmful actions', -10, '1 that made it worse'],
    ],
  )
  assert.equal(
    drill(
      'learning',
      1,
      Array.from({ length: 11 }, () => harmful),
    ).total,
    0,
  )
})
