import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incidentsOf } from '../../drills/shifts/incidents.ts'
import { drawnScenario } from '../../drills/variants.ts'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../../model/drill.ts'
import { milestoneNames } from '../../model/scenario.ts'
import { shifts } from '../replay/engine-bench.ts'
import { dueIn, isDone } from './in-shift.ts'

const seed = 1
const read = shifts.get('release-day')
assert.ok(read)
const played = drawnScenario(read.played, { seed, variant: null })
const started: DrillEventBody = {
  ...{ type: 'drill-started', scenario: 'release-day', shift: true, mode: 'learning', trainee: 'Robin', limitMs: 2_400_000, seed },
  ...{ usersBefore: null, fingerprint: '' },
}

/** The shift after these, each at its second. */
function after(...course: (readonly [seconds: number, body: DrillEventBody])[]) {
  const events = [[0, started] as const, ...course].map(([seconds, body], index): DrillEvent => ({
    ...body,
    id: index + 1,
    drill: 'd',
    at: seconds * 1_000,
  }))
  const state = foldDrill(events)
  assert.ok(state)
  const incidents = incidentsOf(played.incidents ?? [], events)
  return { state, incidents, drill: { events, incidents: () => incidents, played: () => played } }
}

const minutes = (ms: number): number => Math.round(ms / 6_000) / 10

test('an incident is due so that each has its share of what is left, and one that begins late has some time all the same', () => {
  const dueOf = (place: number, seconds: number): number => {
    const step = played.incidents?.find((incident) => incident.place === place)?.steps[0] ?? -1
    const { state, incidents, drill } = after([seconds, { type: 'fault-injected', instance: 'i', fault: 'f', step }])
    const [begun] = incidents.begun
    assert.ok(begun)
    return minutes(dueIn(drill, state, begun))
  }
  assert.equal(dueOf(1, 330), 6.6)
  assert.ok(dueOf(1, 2_280) > 0.2, 'the shift has two minutes left')
})

test('a shift is done with a note after its last page, or with any where none came', () => {
  const note: DrillEventBody = { type: 'handover-written', broken: '', hurt: '', since: '', tried: '', doing: '', next: '' }
  const reached = milestoneNames.map((milestone) => [20, { type: 'milestone-reached', milestone, evidence: '' } as const] as const)
  const page: DrillEventBody = {
    type: 'page-received',
    alert: { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' },
  }
  const harm: DrillEventBody = { type: 'harm-measured', harm: { good: 1, slow: 0, failed: 0 } }
  const done = (...course: Parameters<typeof after>): boolean => {
    const { drill, state } = after(...course)
    return isDone(drill, state)
  }
  assert.deepEqual(
    [
      done(...reached),
      done([10, page], [15, note], ...reached),
      done([15, note], [16, page], ...reached),
      done([15, note], ...reached, [30, harm]),
      done([15, note]),
    ],
    [false, true, false, true, false],
  )
})
