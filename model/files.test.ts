import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { submittedOrders, orderNumbersIn } from './affected.ts'
import { minusHarm } from './drill-events.ts'
import { writeHandover } from './handover.ts'
import { learningPath } from './learning-path.ts'
import { peopleSchema } from './people.ts'
import { shiftSchema } from './shift.ts'
import { openedTicket } from './tickets.ts'

const long = (length: number): string => 'x'.repeat(length)
const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

const reading = { title: 'x', url: 'https://example.com/' }
const step = { scenario: 'slow-shelves', why: 'x' }
const path = { id: 'a-b', title: 'x', why: 'x', before: [reading], steps: many(3, step), after: [reading] }
const incident = { at: '1m', scenario: 'slow-shelves', breaks: ['users-served'], urgency: 'now', why: 'x' }
const noise = { at: '1m', fault: 'noop', for: '1s', alerts: ['A'], what: 'x' }
const shift = { id: 'a', title: 'x', summary: 'x', difficulty: 'beginner', limit: '1m', incidents: many(2, incident) }
const fact = { id: 'f', topic: 'x', asked: ['a', 'b'], say: ['x'] }
const beat = { id: 'b', when: {}, say: ['x'] }
const person = { character: 'customer', beats: [beat], facts: [fact] }
const people = { hurt: 'x', journeys: ['x'], people: [person] }
const withFact = (field: object) => [{ ...person, facts: [{ ...fact, ...field }] }]
const withBeat = (field: object) => [{ ...person, beats: [{ ...beat, ...field }] }]

/** A valid object for each field, the field, and values just inside and just outside its limits. */
const limits: [schema: z.ZodType, rest: object, field: string, taken: unknown[], refused: unknown[]][] = [
  [learningPath, path, 'id', ['a', 'a-1'], ['', 'A', 'a--b', '-a', 'a_b']],
  [learningPath, path, 'title', [long(60)], ['', long(61)]],
  [learningPath, path, 'why', [long(400)], ['', long(401)]],
  [learningPath, path, 'before', [many(5, reading)], [[], many(6, reading), [{ ...reading, url: 'http://example.com/' }]]],
  [
    learningPath,
    path,
    'after',
    [[{ ...reading, title: long(120) }], many(5, reading)],
    [[], many(6, reading), [{ ...reading, title: '' }], [{ ...reading, title: long(121) }]],
  ],
  [
    learningPath,
    path,
    'steps',
    [many(3, { ...step, why: long(200) })],
    [many(2, step), many(3, { ...step, why: '' }), many(3, { ...step, why: long(201) })],
  ],
  [shiftSchema, shift, 'title', [long(60)], ['', long(61)]],
  [shiftSchema, shift, 'summary', [long(300)], ['', long(301)]],
  [shiftSchema, shift, 'limit', ['1ms'], ['0s', 5]],
  [
    shiftSchema,
    shift,
    'incidents',
    [many(6, incident), many(2, { ...incident, at: '0s', why: long(300) })],
    [
      many(1, incident),
      many(7, incident),
      many(2, { ...incident, breaks: [] }),
      many(2, { ...incident, why: '' }),
      many(2, { ...incident, why: long(301) }),
    ],
  ],
  [
    shiftSchema,
    shift,
    'noise',
    [[], many(6, noise), [{ ...noise, what: long(300) }]],
    [many(7, noise), [{ ...noise, for: '0s' }], [{ ...noise, alerts: [] }], [{ ...noise, what: '' }], [{ ...noise, what: long(301) }]],
  ],
  [peopleSchema, people, 'hurt', [long(120)], ['', ' ', long(121)]],
  [peopleSchema, people, 'journeys', [[long(60)]], [[], [''], [long(61)]]],
  [
    peopleSchema,
    people,
    'people',
    [many(8, person), withFact({ topic: long(100), asked: many(20, long(80)), notYet: long(300) }), withFact({ say: many(5, long(400)) })],
    [[], many(9, person)],
  ],
  [
    peopleSchema,
    people,
    'people',
    [withBeat({ within: '1s', when: { failed: 1 } })],
    [
      withBeat({ within: '0s' }),
      withBeat({ when: { failed: 0 } }),
      withBeat({ id: 'B' }),
      withBeat({ say: [] }),
      withBeat({ say: many(6, 'x') }),
      withBeat({ say: [''] }),
      withBeat({ say: [long(401)] }),
    ],
  ],
  [
    peopleSchema,
    people,
    'people',
    [withFact({})],
    [
      withFact({ topic: '' }),
      withFact({ topic: long(101) }),
      withFact({ asked: ['a'] }),
      withFact({ asked: many(21, 'a') }),
      withFact({ asked: ['a', ''] }),
      withFact({ asked: ['a', long(81)] }),
      withFact({ notYet: '' }),
      withFact({ notYet: long(301) }),
    ],
  ],
  [writeHandover, { broken: 'x' }, 'next', ['', long(600)], [long(601)]],
  [writeHandover, {}, 'broken', ['x'], ['', ' ']],
  [
    submittedOrders,
    { kind: 'not-shipped', orders: ['a'] },
    'orders',
    [[long(64)], many(5_000, 'a')],
    [[], [''], [long(65)], many(5_001, 'a')],
  ],
]
for (const [schema, rest, field, taken, refused] of limits)
  test(`bounds of ${field} in ${Object.keys(rest).join(', ') || 'nothing else'}`, () => {
    const problems = (value: unknown) => schema.safeParse({ ...rest, [field]: value }).error?.issues ?? []
    for (const value of taken) assert.deepEqual(problems(value), [], JSON.stringify(value).slice(0, 80))
    for (const value of refused) assert.ok(problems(value).length > 0, JSON.stringify(value).slice(0, 80))
  })

test('the failures that users had since a moment are never negative', () => {
  const felt = (good: number, slow: number, failed: number) => ({ good, slow, failed })
  assert.deepEqual(minusHarm(felt(5, 6, 7), felt(1, 2, 3)), felt(4, 4, 4))
  assert.deepEqual(minusHarm(felt(1, 1, 1), felt(2, 1, 3)), felt(0, 0, 0))
})

test('order numbers are found whatever separates them', () => {
  assert.deepEqual(orderNumbersIn(' a1, b2;c3|"d4"\n\'e5\' '), ['a1', 'b2', 'c3', 'd4', 'e5'])
  assert.deepEqual(orderNumbersIn(' \n'), [])
})

test('tickets of a drill count from 1', () => {
  const numbers = [1, 0, 1.5].map((number) => openedTicket.shape.number.safeParse(number).success)
  assert.deepEqual(numbers, [true, false, false])
})
