import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { surpriseFor } from './surprise.ts'

// Safe: only these fields of a scenario and a drill are read.
const scenario = (id: string, ...skills: string[]) => ({ id, skills }) as unknown as Scenario
const drill = (of: string, startedAt: number) => ({ scenario: of, startedAt }) as unknown as DrillState
const all = [scenario('a', 'locks'), scenario('b', 'locks', 'pools'), scenario('c', 'queues'), scenario('d', 'caches')]
const choices = (drills: DrillState[], among = all) =>
  new Set([0, 0.25, 0.5, 0.75, 0.99].map((at) => surpriseFor(among, drills, () => at)?.id))

test('a new trainee may get any scenario', () => {
  assert.deepEqual(choices([]), new Set(['a', 'b', 'c', 'd']))
})

test('the scenario with the largest share of new skills comes first', () => {
  assert.deepEqual(choices([drill('a', 1)]), new Set(['c', 'd']))
  assert.deepEqual(choices([drill('a', 1), drill('c', 2), drill('d', 3)]), new Set(['b']))
})

test('when every scenario was played, the one played longest ago is chosen', () => {
  const played = [drill('a', 1), drill('b', 2), drill('c', 3), drill('d', 4), drill('a', 5)]
  assert.deepEqual(choices(played), new Set(['b']))
  assert.equal(
    surpriseFor([], [], () => 0),
    null,
  )
})
