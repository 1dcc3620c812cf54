import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { z } from 'zod'
import * as api from './api.ts'
import { cacheFault, edgeFault, nearChanges, type DiffLine } from './mesh.ts'
import { answerTickets, keptRequest } from './tickets.ts'

/** A request without the field under test, the field, and values just inside and just outside its limits. */
const limits: [name: string, schema: z.ZodType, rest: object, field: string, taken: unknown[], refused: unknown[]][] = [
  ['startDrill', api.startDrill, {}, 'scenario', ['', 'x'.repeat(100)], ['x'.repeat(101)]],
  ['startDrill', api.startDrill, {}, 'variant', ['x'.repeat(100)], ['x'.repeat(101)]],
  ['startDrill', api.startDrill, {}, 'seed', [0, 2 ** 31], [-1, 2 ** 31 + 1, 1.5]],
  ['startDrill', api.startDrill, {}, 'trainee', ['x', 'x'.repeat(60), ` ${'x'.repeat(60)} `], ['', '  ', 'x'.repeat(61)]],
  ['startDrill', api.startDrill, {}, 'difficulty', ['beginner', 'advanced'], ['easy']],
  ['nameCause', api.nameCause, { component: 'redis', category: 'cache' }, 'sentence', ['', 'x'.repeat(500)], ['x'.repeat(501)]],
  ['nameCause', api.nameCause, { category: 'cache' }, 'component', ['redis'], ['prometheus', '']],
  ['recordView', api.recordView, { view: 'logs', component: null }, 'detail', ['', 'x'.repeat(200)], ['x'.repeat(201)]],
  ['recordView', api.recordView, { view: 'logs', detail: '' }, 'component', [null, 'redis'], [undefined, 'prometheus']],
  ['addNote', api.addNote, {}, 'text', ['x', 'x'.repeat(2_000)], ['', '  ', 'x'.repeat(2_001)]],
  ['askCoach', api.askCoach, {}, 'text', ['x', 'x'.repeat(500)], ['', ' ', 'x'.repeat(501)]],
  ['snoozeCoach', api.snoozeCoach, {}, 'forMs', [10_000, 300_000], [9_999, 300_001, 10_000.5]],
  ['noteToolCall', api.noteToolCall, { ok: true }, 'tool', ['a', 'a_b'.repeat(20)], ['', 'A', 'a-b', 'a'.repeat(61)]],
  ['extendDrill', api.extendDrill, {}, 'byMs', [60_000, 3_600_000], [59_999, 3_600_001]],
  ['openShell', api.openShell, {}, 'cols', [1, '80', 10_000], [0, 10_001, 'wide']],
  ['openShell', api.openShell, {}, 'rows', [1, '30', 10_000], [0, 10_001]],
  ['handOverKeyboard', api.handOverKeyboard, {}, 'to', [null, 'x', 'x'.repeat(100)], ['', 'x'.repeat(101)]],
  ['watchShell', api.watchShell, {}, 'from', [0, '7'], [-1, 0.5]],
  ['runCommand', api.runCommand, {}, 'command', ['x', 'x'.repeat(8_000)], ['', '  ', 'x'.repeat(8_001)]],
  ['runCommand', api.runCommand, { command: 'x' }, 'timeoutSeconds', [1, 120], [0, 121, 1.5]],
  ['injectFault', api.injectFault, {}, 'forMs', [1_000, 3_600_000], [999, 3_600_001]],
  [
    'injectFault',
    api.injectFault,
    {},
    'ramp',
    [
      { param: 'a', from: 1, overMs: 1_000 },
      { param: 'a', from: 1, overMs: 3_600_000 },
    ],
    [
      { param: 'a', from: 1, overMs: 999 },
      { param: 'a', from: 1, overMs: 3_600_001 },
    ],
  ],
  ['postStatus', api.postStatus, { status: 'identified' }, 'text', ['x', 'x'.repeat(2_000)], ['', ' ', 'x'.repeat(2_001)]],
  ['postStatus', api.postStatus, { status: 'identified', text: 'x' }, 'nextInMs', [60_000, 3_600_000], [59_999, 3_600_001]],
  ['askPerson', api.askPerson, {}, 'text', ['x', 'x'.repeat(500)], ['', 'x'.repeat(501)]],
  ['askQuiet', api.askQuiet, {}, 'forMs', [0, 600_000], [-1, 600_001]],
  ['enterPerson', api.enterPerson, {}, 'text', ['x', 'x'.repeat(400)], ['', 'x'.repeat(401)]],
  ['planGameDay', api.planGameDay, { scenarios: ['a'] }, 'title', ['x', 'x'.repeat(80)], ['', ' ', 'x'.repeat(81)]],
  [
    'planGameDay',
    api.planGameDay,
    { title: 'x' },
    'scenarios',
    [['a'], Array(20).fill('a'), ['x'.repeat(100)]],
    [[], Array(21).fill('a'), ['x'.repeat(101)]],
  ],
  ['joinGameDay', api.joinGameDay, { code: 'c', role: 'observer' }, 'name', ['x', 'x'.repeat(40)], ['', ' ', 'x'.repeat(41)]],
  ['joinGameDay', api.joinGameDay, { name: 'x', role: 'observer' }, 'code', ['', 'x'.repeat(100)], ['x'.repeat(101)]],
  ['setLoad', api.setLoad, {}, 'users', [0, 5_000], [-1, 5_001, 1.5]],
  ['setMix', api.setMix, { bots: 0 }, 'hotShare', [0, 1], [-0.1, 1.1]],
  ['setMix', api.setMix, { hotShare: 0 }, 'bots', [0, 500], [-1, 501, 0.5]],
  ['setMix', api.setMix, { hotShare: 0, bots: 0 }, 'rate', [0, 1_000], [-1, 1_001, 0.5]],
  ['loadShape', api.loadShape, { kind: 'wave', users: 1, peak: 1 }, 'seconds', [5, 3_600], [4, 3_601]],
  ['loadShape', api.loadShape, { kind: 'wave', seconds: 5, peak: 1 }, 'users', [0, 2_000], [-1, 2_001]],
  ['loadShape', api.loadShape, { kind: 'wave', seconds: 5, users: 1 }, 'peak', [0, 2_000], [-1, 2_001]],
  ['matcher', api.matcher, { value: '' }, 'name', ['x', 'x'.repeat(200)], ['', 'x'.repeat(201)]],
  ['matcher', api.matcher, { name: 'x' }, 'value', ['', 'x'.repeat(1_000)], ['x'.repeat(1_001)]],
  [
    'addSilence',
    api.addSilence,
    { matchers: [{ name: 'a', value: 'b' }], comment: 'x' },
    'durationMs',
    [1_000, 86_400_000],
    [999, 86_400_001],
  ],
  [
    'addSilence',
    api.addSilence,
    { durationMs: 1_000, comment: 'x' },
    'matchers',
    [[{ name: 'a', value: 'b' }]],
    [[], Array.from({ length: 21 }, () => ({ name: 'a', value: 'b' }))],
  ],
  [
    'addSilence',
    api.addSilence,
    { matchers: [{ name: 'a', value: 'b' }], durationMs: 1_000 },
    'comment',
    ['x', 'x'.repeat(500)],
    ['', ' ', 'x'.repeat(501)],
  ],
  ['answerTickets', answerTickets, { template: 'works-again' }, 'numbers', [[1], Array(100).fill(1)], [[], [0], [1.5], Array(101).fill(1)]],
  [
    'edgeFault',
    edgeFault,
    {},
    'abort',
    [
      { httpStatus: 200, percent: 0 },
      { httpStatus: 599, percent: 100 },
    ],
    [
      { httpStatus: 199, percent: 1 },
      { httpStatus: 600, percent: 1 },
      { httpStatus: 500, percent: 100.5 },
      { httpStatus: 500, percent: -1 },
    ],
  ],
  [
    'edgeFault',
    edgeFault,
    {},
    'delay',
    [
      { fixedDelayMs: 1, percent: 1 },
      { fixedDelayMs: 300_000, jitterMs: 60_000, percent: 1 },
    ],
    [
      { fixedDelayMs: 0, percent: 1 },
      { fixedDelayMs: 300_001, percent: 1 },
      { fixedDelayMs: 1, jitterMs: 60_001, percent: 1 },
      { fixedDelayMs: 1, jitterMs: -1, percent: 1 },
    ],
  ],
  [
    'edgeFault',
    edgeFault,
    {},
    'bandwidth',
    [
      { kibPerSecond: 1, percent: 1 },
      { kibPerSecond: 1_000_000, percent: 1 },
    ],
    [
      { kibPerSecond: 0, percent: 1 },
      { kibPerSecond: 1_000_001, percent: 1 },
    ],
  ],
  [
    'edgeFault',
    edgeFault,
    {},
    'header',
    [{ name: 'x-user', value: 'x'.repeat(200) }],
    [
      { name: 'X', value: '' },
      { name: 'x', value: 'x'.repeat(201) },
    ],
  ],
  ['cacheFault', cacheFault, { delayMs: 0 }, 'delayMs', [], [-1, 1]],
]
describe('what the API accepts', () => {
  for (const [name, schema, rest, field, taken, refused] of limits)
    test(`${name}.${field} is accepted at its limits, and refused beyond them`, () => {
      for (const value of taken) {
        const found = schema.safeParse({ ...rest, [field]: value })
        assert.ok(found.success, `${JSON.stringify(value)?.slice(0, 60)}: ${found.error?.message}`)
      }
      for (const value of refused)
        assert.equal(schema.safeParse({ ...rest, [field]: value }).success, false, JSON.stringify(value)?.slice(0, 60))
    })
})

test('a field that is left out gets its default', () => {
  const table: [z.ZodType, object, object][] = [
    [api.startDrill, {}, { blind: false, mode: 'learning', trainee: 'trainee' }],
    [api.snoozeCoach, {}, { forMs: 120_000 }],
    [api.extendDrill, {}, { byMs: 300_000 }],
    [api.runAction, {}, { params: {} }],
    [api.openShell, {}, { cols: 100, rows: 30, record: true }],
    [api.watchShell, {}, { from: 0 }],
    [api.runCommand, { command: ' ls ' }, { command: 'ls', timeoutSeconds: 30 }],
    [api.injectFault, {}, { params: {}, forMs: 300_000 }],
    [api.askQuiet, {}, { forMs: 300_000 }],
    [api.setMix, { hotShare: 0, bots: 0 }, { hotShare: 0, bots: 0, rate: 0 }],
    [api.matcher, { name: 'a', value: 'b' }, { name: 'a', value: 'b', isRegex: false, isEqual: true }],
    [
      api.addSilence,
      { matchers: [{ name: 'a', value: 'b' }], durationMs: 1_000, comment: ' why ' },
      { matchers: [{ name: 'a', value: 'b', isRegex: false, isEqual: true }], durationMs: 1_000, comment: 'why', createdBy: 'trainee' },
    ],
    [api.planGameDay, { title: 'x', scenarios: ['a'] }, { title: 'x', scenarios: ['a'], mode: 'learning' }],
  ]
  for (const [schema, given, expected] of table) assert.deepEqual(schema.parse(given), expected)
})

test('a failed request is kept as Locust reports it, and any other shape is refused', () => {
  const kept = {
    number: 1,
    at: 0,
    journey: 'browse',
    wrong: 'slow',
    asked: '/',
    customer: 'c',
    product: null,
    order: null,
    status: 0,
    durationMs: 0,
    trace: 'a'.repeat(32),
  }
  assert.ok(keptRequest.safeParse(kept).success)
  for (const changed of [
    { number: 0 },
    { durationMs: -1 },
    { trace: 'a'.repeat(31) },
    { trace: 'A'.repeat(32) },
    { asked: 'x'.repeat(301) },
    { customer: 'x'.repeat(101) },
    { product: 'x'.repeat(41) },
    { order: 'x'.repeat(101) },
    { status: 1.5 },
  ])
    assert.equal(keptRequest.safeParse({ ...kept, ...changed }).success, false, JSON.stringify(changed))
})

test('a diff shows the lines around each change', () => {
  const diff = (kinds: string): DiffLine[] =>
    [...kinds].map((kind, at) => ({ kind: kind === '+' ? 'added' : kind === '-' ? 'removed' : 'same', text: String(at) }))
  const shown = (kinds: string, around?: number) => nearChanges(diff(kinds), around).map(({ at }) => at)
  assert.deepEqual(shown('..........'), [])
  assert.deepEqual(shown('.....+.....'), [2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(shown('.....+.....', 1), [4, 5, 6])
  assert.deepEqual(shown('-.........+', 2), [0, 1, 2, 8, 9, 10])
  assert.deepEqual(shown('..+..', 0), [2])
})
