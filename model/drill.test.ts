import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill, mayDo, traineeMaySee, type DrillEvent, type DrillEventBody } from './drill.ts'

const bodies: DrillEventBody[] = [
  { type: 'drill-started', scenario: 's', mode: 'learning', trainee: 't', limitMs: 60_000, seed: 1, usersBefore: null, fingerprint: 'f' },
  { type: 'fault-injected', instance: 'i', fault: 'noop', step: 0 },
  { type: 'page-received', alert: { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' } },
  { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false },
  { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' },
]
const events: DrillEvent[] = bodies.map((body, index) => ({ id: index + 1, drill: 'd', at: index * 1_000, ...body }))

test('a drill is its events, however often each is delivered', () => {
  const once = foldDrill(events)
  const twice = foldDrill(events.flatMap((event) => [event, event]))
  assert.deepEqual(twice, once)
  assert.equal(once?.pagedAt, 2_000)
  assert.equal(once?.wrongCauses, 1)
  assert.equal(once?.milestones.acknowledged, 4_000)
})

test('what ends a drill ends its commands', () => {
  const ended = foldDrill([...events, { id: 9, drill: 'd', at: 9_000, type: 'drill-finished', outcome: 'resolved' }])
  assert.equal(ended?.phase, 'finished')
  assert.equal(mayDo('finished', 'acknowledge'), false)
  assert.equal(mayDo('finished', 'debrief'), true)
})

test('trainees do not see which fault went in', () => {
  assert.deepEqual(
    bodies.filter((body) => !traineeMaySee(body)).map((body) => body.type),
    ['fault-injected'],
  )
})
