import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilCoach } from './until-coach.ts'

test('a debrief is fetched again until the coach has spoken, and not forever', () => {
  const after = (minutes: number, ...said: string[]) =>
    untilCoach({
      state: {
        data: {
          drill: { endedAt: Date.now() - minutes * 60_000 },
          events: said.map((text, id) => ({ type: 'coach-debriefed', id, drill: 'd', at: 0, text, words: 'author' })),
        },
      },
    })
  assert.deepEqual([untilCoach({ state: {} }), after(1), after(1, 'Well done.'), after(11)], [3_000, 3_000, false, false])
})
