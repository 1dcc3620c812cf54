import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldGameDay, type GameDayEvent, type GameDayEventBody } from './game-day.ts'

test('a game day is its events, and duplicates change nothing', () => {
  const bodies: GameDayEventBody[] = [
    { type: 'planned', title: 'Friday', scenarios: ['a', 'b'], mode: 'learning', code: 'c' },
    { type: 'joined', person: '1', name: 'Robin', role: 'observer' },
    { type: 'joined', person: '2', name: 'Kim', role: 'commander' },
    { type: 'role-taken', person: '1', role: 'operations' },
    { type: 'drill-begun', drill: 'd1', scenario: 'a' },
    { type: 'revoked', person: '2' },
    { type: 'drill-begun', drill: 'd2', scenario: 'b' },
    { type: 'ended' },
  ]
  const events = bodies.map((body, index): GameDayEvent => ({ ...body, id: index, gameDay: 'g', at: index }))
  const expected = {
    id: 'g',
    title: 'Friday',
    scenarios: ['a', 'b'],
    mode: 'learning',
    code: 'c',
    plannedAt: 0,
    endedAt: 7,
    people: [{ person: '1', name: 'Robin', role: 'operations' }],
    drills: [
      { drill: 'd1', scenario: 'a' },
      { drill: 'd2', scenario: 'b' },
    ],
  }
  assert.deepEqual(foldGameDay(events), expected)
  const doubled = events.filter(({ type }) => type !== 'revoked').flatMap((event) => [event, event])
  assert.deepEqual(
    foldGameDay(doubled)?.people.map(({ name }) => name),
    ['Robin', 'Kim'],
  )
  assert.deepEqual(foldGameDay(doubled)?.drills, expected.drills)
  assert.equal(foldGameDay([...events, { type: 'ended', id: 9, gameDay: 'g', at: 9 }])?.endedAt, 7)
  assert.equal(foldGameDay(events.slice(1)), null)
  assert.equal(foldGameDay([]), null)
})
