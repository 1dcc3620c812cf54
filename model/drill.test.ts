import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldDrill, isOpen, mayDo, phaseMoves, traineeMaySee, type DrillEvent, type DrillEventBody, type DrillPhase } from './drill.ts'
import { drillPhases } from './drill-state.ts'

const bodies: DrillEventBody[] = [
  { type: 'drill-started', scenario: 's', mode: 'learning', trainee: 't', limitMs: 60_000, seed: 1, usersBefore: null, fingerprint: 'f' },
  { type: 'fault-injected', instance: 'i', fault: 'noop', step: 0 },
  { type: 'page-received', alert: { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' } },
  { type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false },
  { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' },
]
const events: DrillEvent[] = bodies.map((body, index) => ({ id: index + 1, drill: 'd', at: index * 1_000, ...body }))

test('a drill is its events, and duplicates change nothing', () => {
  const once = foldDrill(events)
  const twice = foldDrill(events.flatMap((event) => [event, event]))
  assert.deepEqual(twice, once)
  assert.equal(once?.pagedAt, 2_000)
  assert.equal(once?.wrongCauses, 1)
  assert.equal(once?.milestones.acknowledged, 4_000)
})

test('a drill that has ended takes no commands', () => {
  const ended = foldDrill([...events, { id: 9, drill: 'd', at: 9_000, type: 'drill-finished', outcome: 'resolved' }])
  assert.equal(ended?.phase, 'finished')
  assert.equal(mayDo('finished', 'acknowledge'), false)
  assert.equal(mayDo('finished', 'debrief'), true)
})

test('events move a drill between phases as the table says, and never out of an end phase', () => {
  const users = { good: 0, slow: 0, failed: 0 }
  const moves = {
    'drill-paused': { type: 'drill-paused' },
    'drill-continued': { type: 'drill-continued', pausedMs: 1, harm: users },
    'drill-finished': { type: 'drill-finished', outcome: 'resolved' },
    'drill-aborted': { type: 'drill-aborted', reason: '' },
    'drill-voided': { type: 'drill-voided', reason: '' },
  } as const satisfies Record<keyof typeof phaseMoves, DrillEventBody>
  const into: Record<DrillPhase, DrillEventBody[]> = {
    running: [],
    paused: [moves['drill-paused']],
    finished: [moves['drill-finished']],
    aborted: [moves['drill-aborted']],
    void: [moves['drill-voided']],
  }
  for (const phase of drillPhases)
    for (const move of Object.values(moves)) {
      const before = [...bodies, ...into[phase]].map((body, index) => ({ id: index + 1, drill: 'd', at: index * 1_000, ...body }))
      const from = foldDrill(before)
      assert.equal(from?.phase, phase)
      const after = foldDrill([...before, { id: 99, drill: 'd', at: 99_000, ...move }])
      const { from: allowed, to } = phaseMoves[move.type]
      const may = allowed.some((state) => state === phase)
      assert.deepEqual(
        [after?.phase, after?.endedAt, after?.pauses.length],
        may
          ? [to, isOpen({ phase: to }) ? null : 99_000, from.pauses.length + (to === 'paused' ? 1 : 0)]
          : [phase, from.endedAt, from.pauses.length],
        `${move.type} while ${phase}`,
      )
      assert.ok(isOpen(from) || !may, `${move.type} while ${phase}`)
    }
})

test('trainees do not see which fault was injected', () => {
  assert.deepEqual(
    bodies.filter((body) => !traineeMaySee(body)).map((body) => body.type),
    ['fault-injected'],
  )
})
