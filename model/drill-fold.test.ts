import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  advanceDrill,
  allowedPhases,
  drillClock,
  foldDrill,
  isOpen,
  nextMilestone,
  type DrillEvent,
  type DrillEventBody,
  type DrillState,
} from './drill.ts'
import { milestoneNames } from './scenario.ts'

const start: DrillEventBody = {
  type: 'drill-started',
  scenario: 's',
  mode: 'learning',
  trainee: 't',
  limitMs: 60_000,
  seed: 1,
  usersBefore: null,
  fingerprint: 'f',
}
const alert = (fingerprint: string, name = fingerprint) => ({ fingerprint, name, severity: 'page', summary: '', startsAt: '' })
const harm = (good: number) => ({ good, slow: 2 * good, failed: 3 * good })
const run = { type: 'action-run', action: 'a', title: 'A', params: {}, ok: true, summary: '' } as const
const command = { type: 'command-run', command: 'c', folder: '/', shell: 's' } as const
/** The state after these events, one a second, and the first after the start. */
function folded(bodies: readonly DrillEventBody[]): DrillState {
  const state = foldDrill([start, ...bodies].map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 })))
  assert.ok(state)
  return state
}

const table: [what: string, bodies: DrillEventBody[], expected: Partial<DrillState>][] = [
  [
    'a drill that has just begun',
    [],
    { phase: 'running', startedAt: 0, endedAt: null, healthy: null, coach: 'auto', number: 0, blind: false, variant: null },
  ],
  [
    'steps that were injected, each once',
    [
      { type: 'fault-injected', instance: 'i', fault: 'f', step: 1 },
      { type: 'fault-injected', instance: 'j', fault: 'f', step: 0 },
      { type: 'fault-injected', instance: 'k', fault: 'f', step: 1 },
    ],
    { injectedSteps: [1, 0], lastInjectedAt: 3_000 },
  ],
  [
    'pages: what fires, what has paged, and when the first came',
    [
      { type: 'page-received', alert: alert('a', 'A') },
      { type: 'page-received', alert: alert('b', 'A') },
      { type: 'page-resolved', alert: alert('a', 'A') },
      { type: 'page-received', alert: alert('b', 'A') },
      { type: 'page-received', alert: alert('c', 'C') },
    ],
    { firing: [alert('b', 'A'), alert('c', 'C')], paged: ['A', 'C'], pagedAt: 1_000 },
  ],
  [
    'what happens once',
    [
      { type: 'page-escalated', afterMs: 1 },
      { type: 'page-escalated', afterMs: 2 },
      { type: 'scenario-eased', what: '' },
      { type: 'scenario-eased', what: '' },
      { type: 'coach-said', about: 'the end', text: '' },
      { type: 'coach-said', about: 'the end', text: '' },
    ],
    { escalatedAt: 1_000, easedAt: 3_000, wrappedUpAt: 5_000 },
  ],
  ['praise, which is no wrapping up', [{ type: 'coach-said', about: 'located', text: '' }], { wrappedUpAt: null }],
  [
    'a milestone, when it was first reached',
    [
      { type: 'milestone-reached', milestone: 'located', evidence: '' },
      { type: 'milestone-reached', milestone: 'located', evidence: '' },
    ],
    { milestones: { acknowledged: null, located: 1_000, diagnosed: null, mitigated: null, recovered: null } },
  ],
  [
    'causes, of which the wrong ones count',
    [
      { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false },
      { type: 'cause-named', component: 'orders', category: 'cache', sentence: '', correct: false },
      { type: 'cause-named', component: 'orders', category: 'release', sentence: '', correct: true },
    ],
    { wrongCauses: 2 },
  ],
  [
    'actions, of which changes and harmful ones count',
    [
      { ...run, kind: 'inspect', harmful: null },
      { ...run, kind: 'change', harmful: null },
      { ...run, kind: 'change', harmful: 'it is lost' },
    ],
    { changes: 2, harmfulActions: 1 },
  ],
  [
    'commands, of which changes that succeeded count',
    [
      { ...command, kind: 'inspect', status: 0, harmful: null },
      { ...command, kind: 'change', status: 1, harmful: null },
      { ...command, kind: 'change', status: 0, harmful: null },
      { ...command, kind: 'change', status: 0, harmful: 'it is lost' },
    ],
    { changes: 2, harmfulActions: 1 },
  ],
  [
    'tools of an agent',
    [
      { type: 'tool-called', tool: 'a', ok: false },
      { type: 'tool-called', tool: 'a', ok: true },
    ],
    { toolCalls: 2 },
  ],
  [
    'a range that fails before anything was broken',
    [{ type: 'health-changed', healthy: false, failing: [] }],
    { healthy: false, wasBroken: false },
  ],
  [
    'a range that was broken and is healthy again',
    [
      { type: 'fault-injected', instance: 'i', fault: 'f', step: 0 },
      { type: 'health-changed', healthy: false, failing: [] },
      { type: 'health-changed', healthy: true, failing: [] },
    ],
    { healthy: true, wasBroken: true },
  ],
  [
    'a fault that nobody felt',
    [
      { type: 'fault-injected', instance: 'i', fault: 'f', step: 0 },
      { type: 'health-changed', healthy: true, failing: [] },
    ],
    { wasBroken: false },
  ],
  [
    'harm, as it was last measured',
    [
      { type: 'harm-measured', harm: harm(1) },
      { type: 'harm-measured', harm: harm(4) },
    ],
    { harm: harm(4) },
  ],
  [
    'more time',
    [
      { type: 'time-extended', byMs: 5 },
      { type: 'time-extended', byMs: 7 },
    ],
    { limitMs: 60_012 },
  ],
  ['a coach who is muted', [{ type: 'coach-mode-set', mode: 'muted' }], { coach: 'muted' }],
  ['a coach who is to be quiet', [{ type: 'coach-snoozed', forMs: 500 }], { snoozedUntil: 1_500 }],
  [
    'pauses, with what users felt in them',
    [
      { type: 'drill-continued', pausedMs: 1, harm: harm(9) },
      { type: 'drill-paused' },
      { type: 'drill-paused' },
      { type: 'drill-continued', pausedMs: 2_000, harm: harm(1) },
      { type: 'drill-paused' },
      { type: 'drill-continued', pausedMs: 1_000, harm: harm(2) },
      { type: 'drill-paused' },
    ],
    {
      phase: 'paused',
      harmPaused: harm(3),
      pauses: [
        { from: 2_000, to: 4_000 },
        { from: 5_000, to: 6_000 },
        { from: 7_000, to: null },
      ],
    },
  ],
  ['a drill that is finished', [{ type: 'drill-finished', outcome: 'time-up' }], { phase: 'finished', outcome: 'time-up', endedAt: 1_000 }],
  ['a drill that was aborted', [{ type: 'drill-aborted', reason: '' }], { phase: 'aborted', outcome: null, endedAt: 1_000 }],
  ['a drill that is void', [{ type: 'drill-voided', reason: '' }], { phase: 'void', outcome: null, endedAt: 1_000 }],
  [
    'status updates, which are for customers unless it is said',
    [
      { type: 'status-posted', status: 'identified', text: 'a' },
      { type: 'status-posted', status: 'resolved', text: 'b', audience: 'management', nextInMs: 60_000 },
    ],
    {
      updates: [
        { at: 1_000, status: 'identified', text: 'a', audience: 'customers', nextInMs: null },
        { at: 2_000, status: 'resolved', text: 'b', audience: 'management', nextInMs: 60_000 },
      ],
    },
  ],
  [
    'hints, with when and why',
    [{ type: 'hint-given', milestone: 'located', rung: 'orient', text: 'there', reason: 'asked' }],
    { hints: [{ milestone: 'located', rung: 'orient', text: 'there', reason: 'asked', at: 1_000 }] },
  ],
]
describe('the state has', () => {
  for (const [what, bodies, expected] of table)
    test(what, () => {
      const state = folded(bodies)
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(state[key as keyof DrillState], value, key)
      assert.equal(state.lastEventAt, bodies.length * 1_000)
    })
})

test('events before a drill has started give no drill', () => {
  const early: DrillEvent = { type: 'hint-asked', id: 1, drill: 'd', at: 0 }
  assert.equal(foldDrill([]), null)
  assert.equal(foldDrill([early]), null)
  assert.equal(advanceDrill(null, early), null)
  assert.equal(foldDrill([early, { ...start, id: 2, drill: 'd', at: 5 }])?.startedAt, 5)
})

const anything = fc.constantFrom<DrillEventBody>(...table.flatMap(([, bodies]) => bodies))
const history = fc
  .array(anything, { maxLength: 30 })
  .map((bodies) => [start, ...bodies].map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 })))

test('duplicate events, and folding on from a state, give the same result', () => {
  fc.assert(
    fc.property(history, fc.nat(30), (events, at) => {
      const whole = foldDrill(events)
      assert.deepEqual(foldDrill(events.flatMap((event) => [event, event])), whole)
      assert.deepEqual(foldDrill([...events, ...events.slice(at)]), whole)
      let state = foldDrill(events.slice(0, at + 1))
      const before = structuredClone(state)
      for (const event of events.slice(at + 1)) {
        const kept = structuredClone(state)
        const next = advanceDrill(state, event)
        assert.deepEqual(state, kept, 'a state is never changed')
        state = next
      }
      assert.deepEqual(state, whole)
      assert.ok(before)
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('the clock of a drill never runs backwards, stops in a pause, and counts nothing twice', () => {
  fc.assert(
    fc.property(history, (events) => {
      const state = foldDrill(events)
      assert.ok(state)
      let last = 0
      for (let at = state.startedAt; at <= state.lastEventAt + 5_000; at += 500) {
        const now = drillClock(state, at)
        assert.ok(now >= last && now - last <= 500)
        const paused = state.pauses.some(({ from, to }) => at > from && at <= (to ?? Infinity))
        assert.equal(now - last, at === state.startedAt || paused ? 0 : 500, `${at}`)
        last = now
      }
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('the next milestone is the first that has not been reached, and none when all have', () => {
  const reached = (names: readonly (typeof milestoneNames)[number][]) =>
    nextMilestone(folded(names.map((milestone) => ({ type: 'milestone-reached', milestone, evidence: '' }))))
  assert.equal(reached([]), 'acknowledged')
  assert.equal(reached(['acknowledged', 'diagnosed']), 'located')
  assert.equal(reached(milestoneNames), null)
})

test('a drill is open while it runs or is paused, and can be ended only then', () => {
  for (const phase of ['running', 'paused'] as const) assert.equal(isOpen({ phase }), true)
  for (const phase of ['finished', 'aborted', 'void'] as const) assert.equal(isOpen({ phase }), false)
  const ended = new Set(['finished', 'aborted', 'void'])
  const late = Object.entries(allowedPhases).filter(([, phases]) => phases.some((phase) => ended.has(phase)))
  assert.deepEqual(
    late.map(([command]) => command),
    ['note', 'debrief'],
  )
})
