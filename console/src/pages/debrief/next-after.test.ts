import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScoreLine } from '../../../../model/debrief.ts'
import type { ScenarioCard } from '../../../../model/scenario.ts'
import { nextAfter } from './next-after.ts'

const card = (id: string, more: Partial<ScenarioCard> = {}) =>
  // Safe: the other fields are not used here.
  ({ id, title: id, difficulty: 'beginner', skills: [], plays: 0, playable: true, ...more }) as ScenarioCard
const score = (...lines: [what: ScoreLine['what'], tookMs: number | null, parMs: number | null][]) => ({
  total: 0,
  assisted: false,
  lines: lines.map(([what, tookMs, parMs]) => ({ what, tookMs, parMs, points: 0, of: 0, detail: '' })),
})
const all = [
  card('played', { skills: ['traces', 'releases'], difficulty: 'intermediate' }),
  card('same', { skills: ['traces', 'releases'], difficulty: 'advanced' }),
  card('near', { skills: ['traces'] }),
  card('far', { skills: ['queues'], difficulty: 'advanced' }),
  card('easy', { skills: ['queues'] }),
  card('elsewhere', { skills: ['traces'], playable: false }),
]

test('after a weak drill come scenarios with the same skills, the most similar first', () => {
  const { weak, next } = nextAfter(
    'played',
    score(['located', 500, 400], ['diagnosed', null, 900], ['mitigated', 100, 900], ['users', 9, null]),
    all,
  )
  assert.deepEqual(weak, ['located', 'diagnosed'])
  assert.deepEqual(
    next.map(({ id }) => id),
    ['same', 'near'],
  )
})

test('after a good one comes an equally hard or harder one, unplayed first, and never the same again', () => {
  const { weak, next } = nextAfter('played', score(['located', 100, 400]), [...all, card('old', { difficulty: 'advanced', plays: 3 })])
  assert.deepEqual(weak, [])
  assert.deepEqual(
    next.map(({ id }) => id),
    ['same', 'far', 'old'],
  )
})
