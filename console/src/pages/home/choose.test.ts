import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScenarioCard } from '../../../../model/scenario.ts'
import { filtersOf, fits, nextFor } from './choose.ts'

const card = (id: string, more: Partial<ScenarioCard> = {}): ScenarioCard => ({
  id,
  title: `The ${id}`,
  summary: 'Customers wait.',
  difficulty: 'beginner',
  skills: ['locks'],
  parMs: 600_000,
  limitMs: 1_200_000,
  story: '',
  best: null,
  plays: 0,
  playable: true,
  ...more,
})
const filters = (query: string) => filtersOf(new URLSearchParams(query))

test('words match in any order, and skills only if topics are shown', () => {
  assert.ok(fits(card('slow-shelves'), filters('find=WAIT slow')))
  assert.ok(!fits(card('slow-shelves'), filters('find=wait quick')))
  assert.ok(!fits(card('slow-shelves'), filters('find=locks')), 'a search must not tell what a card hides')
  assert.ok(fits(card('slow-shelves'), filters('find=locks&topics=yes')))
})

test('level and played filter; invalid parameters in the address are ignored', () => {
  assert.ok(!fits(card('a'), filters('level=advanced')))
  assert.ok(fits(card('a'), filters('level=hardest&played=perhaps')))
  assert.ok(fits(card('a', { plays: 1 }), filters('played=yes')))
  assert.ok(!fits(card('a', { plays: 1 }), filters('played=no')))
})

test('next is the easiest that is new and can be played, then the one with the lowest score', () => {
  const list = [card('c', { difficulty: 'advanced' }), card('b', { parMs: 300_000 }), card('a'), card('z', { parMs: 1, playable: false })]
  assert.equal(nextFor(list)?.id, 'b')
  const played = (id: string, score: number) => card(id, { plays: 1, best: { score, drill: 'd' } })
  assert.equal(nextFor([played('a', 90), played('b', 40)])?.id, 'b')
  assert.equal(nextFor([]), null)
})
