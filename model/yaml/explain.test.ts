import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { choice, explainIssues, nearest } from './explain.ts'
import { readDocument } from './read.ts'
import { tellMistakes } from './text.ts'

test('the word that was probably meant is found, and one that is too far away is not', () => {
  const known = ['timeline', 'title', 'limit', 'http-delay']
  const table: [string, string | null][] = [
    ['timelnie', 'timeline'],
    ['Title', 'title'],
    ['http_delay', 'http-delay'],
    ['HTTP delay', 'http-delay'],
    ['limits', 'limit'],
    ['lim', null],
    ['xyz', null],
    // Of eight letters two may differ, of five one.
    ['timeliXX', 'timeline'],
    ['limXt', 'limit'],
    ['lXmXt', null],
  ]
  for (const [given, expected] of table) assert.equal(nearest(given, known), expected, given)
  assert.equal(nearest('a', []), null)
  assert.equal(choice(['a1', 'b2'], 'a2'), "did you mean 'a1'? choose a1, b2")
  assert.equal(choice(['one', 'two'], 'seven'), 'choose one, two')
  assert.equal(choice(['one', 'two']), 'choose one, two')
})

test('mistakes are told as they stand in the file, twenty at most', () => {
  const mistake = (line: number, column = 1) => ({ line, column, message: `m${line}` })
  assert.equal(tellMistakes([mistake(2), mistake(1, 4), mistake(1, 2)]), 'line 1, column 2: m1\nline 1, column 4: m1\nline 2, column 1: m2')
  const many = Array.from({ length: 23 }, (_, index) => mistake(index + 1))
  assert.equal(tellMistakes(many).split('\n').length, 21)
  assert.match(tellMistakes(many), /\nand 3 more$/)
  assert.equal(tellMistakes(many.slice(0, 20)).split('\n').length, 20)
})

test('what a schema finds is told in words, with what to write', () => {
  const schema = z.strictObject({
    text: z.string().min(1).max(5),
    count: z.number().int().min(2).max(9),
    share: z.number().gt(0),
    waitMs: z.number(),
    holdSeconds: z.number(),
    on: z.boolean(),
    list: z.array(z.string()).min(1),
    pair: z.array(z.number()).min(2),
    kind: z.enum(['one', 'two']),
    map: z.record(z.string(), z.number()),
    inner: z.strictObject({ a: z.number(), b: z.number() }),
    name: z.string().regex(/^[a-z]+$/, 'small letters'),
    either: z.union([z.strictObject({ x: z.number() }), z.strictObject({ y: z.number() })]),
  })
  const sound: Record<string, string> = {
    text: 'abc',
    count: '3',
    share: '0.5',
    waitMs: '5',
    holdSeconds: '5',
    on: 'true',
    list: '[a]',
    pair: '[1, 2]',
    kind: 'one',
    map: '{ a: 1 }',
    inner: '{ a: 1, b: 2 }',
    name: 'abc',
    either: '{ x: 1 }',
  }
  const told = (changed: Record<string, string | undefined>) => {
    const text = Object.entries({ ...sound, ...changed })
      .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}\n`]))
      .join('')
    const { document } = readDocument(text, 'it')
    assert.ok(document, text)
    return explainIssues(schema.safeParse(document.value).error?.issues ?? [], document.value, document, schema).map(
      ({ at, message }) => `${at}: ${message}`,
    )
  }
  assert.deepEqual(told({}), [])
  const table: [key: string, value: string | undefined, expected: string][] = [
    ['text', "''", 'text: is empty: write something'],
    ['text', 'abcdef', 'text: has 6 characters: write at most 5'],
    ['text', '5.0', "text: 5.0 is read as a number: put it in quotes, '5.0'"],
    ['text', 'true', "text: true is read as true or false: put it in quotes, 'true'"],
    ['text', undefined, 'text: is missing: write a text'],
    ['text', '', 'text: is empty: write a text'],
    ['text', '[a]', 'text: is a list: write a text'],
    ['text', '{ a: 1 }', 'text: is a mapping: write a text'],
    ['kind', 'x'.repeat(60), `kind: '${'x'.repeat(60)}' is not one of the choices: choose one, two`],
    ['kind', 'x'.repeat(61), `kind: '${'x'.repeat(60)}…' is not one of the choices: choose one, two`],
    ['count', '1', "count: '1' is too small: write at least 2"],
    ['count', '10', "count: '10' is too big: write at most 9"],
    ['count', '2.6', 'count: 2.6 is not a whole number: write 3'],
    ['count', "'3 times'", "count: '3 times' is a text: write a number without a unit and without quotes, 3"],
    ['count', 'many', "count: 'many' is a text: write a number without a unit and without quotes"],
    ['count', 'true', "count: 'true' is not allowed here: write a number"],
    ['share', '0', "share: '0' is too small: write more than 0"],
    ['waitMs', '2s', "waitMs: '2s' is a text: write the number of milliseconds, 2000"],
    ['holdSeconds', '2m', "holdSeconds: '2m' is a text: write the number of seconds, 120"],
    ['on', '5', "on: '5' is not allowed here: write true or false"],
    ['list', '[]', 'list: is an empty list: write at least one entry'],
    ['list', 'a, b:c', "list: is not a list: write [a, 'b:c']"],
    ['list', '{ a: 1 }', "list: is a mapping: write a list, with '- ' before each entry"],
    ['pair', '[1]', 'pair: is an empty list: write at least 2 entries'],
    ['kind', 'Two', "kind: 'Two' is not one of the choices: did you mean 'two'? choose one, two"],
    ['kind', undefined, 'kind: is missing: choose one, two'],
    ['map', '5', "map: '5' is not allowed here: write keys and values"],
    ['inner', undefined, 'inner: is missing: write keys and values (a, b)'],
    ['inner', '{ a: 1, b: 2, aa: 3 }', "inner.aa: there is no 'aa' here: did you mean 'a'? choose a, b"],
    ['name', 'ABC', "name: 'ABC' will not do: write small letters"],
    ['either', '{ z: 1 }', 'either: a mapping is not allowed here: write one of x, y'],
  ]
  for (const [key, value, expected] of table) assert.deepEqual(told({ [key]: value }), [expected], `${key}: ${value}`)
})
