import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { actionsOf, anyOf, countPlayable, duration, needsTerminal, scenarioSchema, someTime } from './scenario.ts'

type Raw = Record<string, unknown>
const raw = (): Raw =>
  parse(readFileSync(path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves', 'scenario.yaml'), 'utf8')) as Raw
/** Where a scenario is refused, with some fields as they are given. */
const refusedAt = (fields: Raw): string[] =>
  scenarioSchema.safeParse({ ...raw(), ...fields }).error?.issues.map(({ path: at }) => at.join('.')) ?? []
const alerts = (expected: unknown) => ({ alerts: { expected } })
const step = { action: 'roll-back', params: {}, why: 'So' }
const ease = (given: Raw) => ({ ease: { what: 'less', ...given } })

test('a scenario is taken up to its bounds', () => {
  const taken: Raw[] = [
    {},
    { title: 'x', summary: 'x' },
    { title: 'x'.repeat(60), summary: 'x'.repeat(300) },
    { skills: ['x'] },
    alerts([{ name: 'A', or: ['B'], within: '1s' }]),
    { solution: [{ terminal: 'x'.repeat(4_000), why: 'So' }] },
    { solution: [step] },
    { milestones: { ...(raw()['milestones'] as Raw), located: { par: '1s', hints: { orient: 'x', point: 'x', tell: 'x' } } } },
    { solution: [{ terminal: 'x', why: 'So' }] },
    ease({ users: 1, steps: [{ step: 0, params: {} }], what: 'x'.repeat(200) }),
  ]
  for (const fields of taken) assert.deepEqual(refusedAt(fields), [], JSON.stringify(fields).slice(0, 80))
})

test('a scenario beyond its bounds is refused at the field', () => {
  const refused: [fields: Raw, at: string][] = [
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(61) }, 'title'],
    [{ summary: '' }, 'summary'],
    [{ summary: 'x'.repeat(301) }, 'summary'],
    [{ skills: [] }, 'skills'],
    [{ skills: [''] }, 'skills.0'],
    [{ timeline: [] }, 'timeline'],
    [{ limit: '0s' }, 'limit'],
    [alerts([]), 'alerts.expected'],
    [alerts([{ name: 'A', or: [], within: '1s' }]), 'alerts.expected.0.or'],
    [alerts([{ name: 'A', within: '0s' }]), 'alerts.expected.0.within'],
    [{ located: [] }, 'located'],
    [{ solution: [] }, 'solution'],
    [{ solution: [{ terminal: '', why: 'So' }] }, 'solution.0.terminal'],
    [{ solution: [{ terminal: 'x'.repeat(4_001), why: 'So' }] }, 'solution.0.terminal'],
    [ease({ users: 0 }), 'ease.users'],
    [ease({ steps: [{ step: -1, params: {} }] }), 'ease.steps.0.step'],
    [ease({ what: '' }), 'ease.what'],
    [ease({ what: 'x'.repeat(201) }), 'ease.what'],
  ]
  for (const [fields, at] of refused)
    assert.ok(refusedAt(fields).includes(at), `${JSON.stringify(fields).slice(0, 80)}: ${refusedAt(fields)}`)
})

test('a step of a solution is an action or something typed in a terminal, and not both', () => {
  for (const given of [{ why: 'So' }, { ...step, terminal: 'ls' }]) assert.ok(refusedAt({ solution: [given] }).length > 0)
})

test('a duration is read, may be nothing where that is a time, and is refused in words otherwise', () => {
  assert.equal(duration.parse('1m30s'), 90_000)
  assert.equal(duration.parse('0s'), 0)
  assert.equal(someTime.parse('1ms'), 1)
  assert.equal(someTime.safeParse('0s').error?.issues[0]?.message, 'takes no time: write at least 1s')
  assert.match(duration.safeParse('soon').error?.issues[0]?.message ?? '', /is not a duration/)
  assert.match(duration.safeParse(5).error?.issues[0]?.message ?? '', /write it as 5s/)
})

test('a solution is told by its actions, and needs a terminal where anything of it is typed', () => {
  const solution = [step, { terminal: 'redis-cli info', params: {}, why: 'So' }]
  assert.deepEqual(actionsOf({ solution }), [{ action: 'roll-back', params: {} }])
  assert.deepEqual([needsTerminal({ solution }), needsTerminal({ solution: [step] })], [true, false])
})

test('of a page any of its alternatives will do', () => {
  assert.deepEqual([anyOf({ name: 'A' }), anyOf({ name: 'A', or: ['B', 'C'] })], [['A'], ['A', 'B', 'C']])
})

test('what can be played is counted for each difficulty', () => {
  const cards = [
    { difficulty: 'beginner', playable: true },
    { difficulty: 'beginner', playable: true },
    { difficulty: 'beginner', playable: false },
    { difficulty: 'advanced', playable: true },
  ] as const
  assert.deepEqual(countPlayable(cards), { beginner: 2, intermediate: 0, advanced: 1 })
})
