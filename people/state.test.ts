import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill, type DrillEvent, type DrillEventBody } from '../model/drill.ts'
import { peopleState } from './state.ts'

const started: DrillEventBody = {
  type: 'drill-started',
  scenario: 'ours',
  shift: true,
  mode: 'learning',
  trainee: 'Robin',
  limitMs: 18e5,
  seed: 1,
  usersBefore: null,
  fingerprint: '',
}
const recovered = (incident?: number): DrillEventBody => ({
  type: 'milestone-reached',
  milestone: 'recovered',
  evidence: '',
  ...(incident === undefined ? {} : { incident }),
})

test('in a shift, a milestone that people wait for is reached when the shift has reached it, not one of its incidents', () => {
  const recoveredAt = (...bodies: DrillEventBody[]) => {
    const events = [started, ...bodies].map((body, index): DrillEvent => ({ ...body, id: index + 1, drill: 'd', at: index * 1_000 }))
    const state = foldDrill(events)
    assert.ok(state)
    return peopleState(state, events).moments.recovered
  }
  assert.equal(recoveredAt(recovered(1)), undefined)
  assert.equal(recoveredAt(recovered(1), recovered(2), recovered()), 3_000)
})
