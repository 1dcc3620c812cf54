import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { plain, readArguments } from './arguments.ts'

const input = z.object({
  query: z.string().min(1),
  lastSeconds: z.number().int().min(1).default(300),
  errorsOnly: z.boolean().optional(),
  severity: z.enum(['WARN', 'ERROR', 'third-party']).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  numbers: z.array(z.number()).optional(),
  note: z.string().nullable().optional(),
  id: z.string().trim().toLowerCase().optional(),
})
const read = (given: unknown, verbatim: readonly string[] = []) => readArguments({ name: 'ask', input, verbatim }, given)
const refused = (given: unknown, message: string | RegExp) => assert.throws(() => read(given), { code: 'bad-request', message })

describe('values are read as they are meant', () => {
  const table: [what: string, given: Record<string, unknown>, expected: Record<string, unknown>][] = [
    ['as they should be', { lastSeconds: 60, errorsOnly: true }, { lastSeconds: 60, errorsOnly: true }],
    ['a number as text', { lastSeconds: '60' }, { lastSeconds: 60 }],
    ['a number as text with spaces', { lastSeconds: ' 60 ' }, { lastSeconds: 60 }],
    ['a number as text in a notation of its own', { lastSeconds: '6e1' }, { lastSeconds: 60 }],
    ['a boolean as text', { errorsOnly: 'False' }, { errorsOnly: false }],
    ['yes', { errorsOnly: 'yes' }, { errorsOnly: true }],
    ['1', { errorsOnly: 1 }, { errorsOnly: true }],
    ['no', { errorsOnly: 'NO' }, { errorsOnly: false }],
    ['0', { errorsOnly: 0 }, { errorsOnly: false }],
    ['a text as number', { query: 500 }, { query: '500' }],
    ['a text as boolean', { query: false }, { query: 'false' }],
    ['a word in another case', { severity: 'error' }, { severity: 'ERROR' }],
    ['a word with another sign between', { severity: 'third_party' }, { severity: 'third-party' }],
    ['a word with a space between', { severity: 'Third Party' }, { severity: 'third-party' }],
    ['a list of one', { query: ['up'] }, { query: 'up' }],
    ['a list of a list of one', { lastSeconds: [['60']] }, { lastSeconds: 60 }],
    ['an object as text', { params: '{"a":1}' }, { params: { a: 1 } }],
    ['a list as text', { numbers: '[1,2]' }, { numbers: [1, 2] }],
    ['a list of one, where a list is wanted', { numbers: [7] }, { numbers: [7] }],
    ['a text that the schema changes itself', { id: ' AB ' }, { id: 'ab' }],
  ]
  for (const [what, given, expected] of table)
    test(what, () => assert.deepEqual(read({ query: 'up', ...given }), { query: 'up', lastSeconds: 300, ...expected }))
})

describe('empty values', () => {
  for (const nothing of [null, undefined, '', [], [null], ['null'], 'null', 'None', 'UNDEFINED'])
    test(`${JSON.stringify(nothing)} for an optional parameter counts as missing`, () =>
      assert.deepEqual(read({ query: 'up', lastSeconds: nothing, errorsOnly: nothing, severity: nothing }), {
        query: 'up',
        lastSeconds: 300,
      }))

  test('a word such as null is a text if the text is literal, or required', () => {
    assert.deepEqual(read({ query: 'up', id: 'null' }, ['id']), { query: 'up', lastSeconds: 300, id: 'null' })
    assert.equal(read({ query: 'null' }).query, 'null')
    assert.deepEqual(read({ query: 'up', id: '' }, ['id']), { query: 'up', lastSeconds: 300 }, 'an empty text says nothing all the same')
  })

  test('no arguments are accepted in any form', () => {
    const none = z.object({})
    for (const given of [undefined, null, '', [], [null], '""', 'null', '{}', {}, [{}]])
      assert.deepEqual(readArguments({ name: 'list', input: none }, given), {})
  })
})

describe('names are read as they are meant', () => {
  for (const name of ['last_seconds', 'LastSeconds', 'last-seconds', 'LASTSECONDS', 'last seconds'])
    test(name, () => assert.equal(read({ query: 'up', [name]: 60 }).lastSeconds, 60))

  test('an exact name takes precedence over a similar one', () => {
    refused({ query: 'up', lastSeconds: 60, last_seconds: 90 }, /there is no parameter 'last_seconds'/)
    refused({ query: 'up', last_seconds: 90, lastSeconds: 60 }, /there is no parameter 'last_seconds'/)
  })

  test('an unknown name is reported with the known ones, unless its value is empty', () => {
    refused(
      { query: 'up', level: 'x' },
      "ask: there is no parameter 'level' (ask takes query, lastSeconds, errorsOnly, severity, params, numbers, note, id)",
    )
    assert.equal(read({ query: 'up', level: null }).query, 'up')
  })

  test('a tool without parameters accepts made-up ones', () =>
    assert.deepEqual(readArguments({ name: 'list', input: z.object({}) }, { random_string: 'x' }), {}))

  test('names are compared by letters and digits alone', () => {
    assert.equal(plain('Trace_ID-2 b'), 'traceid2b')
    assert.notEqual(plain('a1'), plain('a2'))
  })
})

describe('invalid arguments', () => {
  test('are reported with the name of each parameter, all at once', () => {
    refused({}, 'ask: query is missing')
    refused({ query: null }, 'ask: query is missing')
    refused({ query: 'up', lastSeconds: '5m' }, /^ask: lastSeconds: /)
    refused({ query: 'up', lastSeconds: '', numbers: ['x', 2] }, /^ask: numbers\.0: /)
    refused(
      { lastSeconds: 0, errorsOnly: 'perhaps', severity: 'loud' },
      /^ask: query is missing; lastSeconds: .*; errorsOnly: .*; severity: /,
    )
    refused({ query: 'up', lastSeconds: 'Infinity' }, /^ask: lastSeconds: /)
    refused({ query: 'up', params: '{' }, /^ask: params: /)
    for (const inherited of ['__proto__', 'constructor', 'toString'])
      refused(
        JSON.parse(`{"query":"up","${inherited}":1}`),
        `ask: there is no parameter '${inherited}' (ask takes ${Object.keys(input.shape).join(', ')})`,
      )
  })

  test('arguments that are no object are refused', () => {
    for (const given of ['up', 4, true, ['a', 'b'], [['a']], '[1,2]'])
      refused(given, 'ask: arguments must be an object with the parameters by name')
  })

  test('an object in a text or in a list is accepted', () => {
    for (const given of ['{"query":"up"}', [{ query: 'up' }]]) assert.equal(read(given).query, 'up')
  })
})

test('any arguments are parsed or refused, and what is parsed fits the schema', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ query: fc.jsonValue(), lastSeconds: fc.jsonValue(), params: fc.jsonValue() })),
      (given) => {
        let found: unknown
        try {
          found = read(given)
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'bad-request')
          return
        }
        assert.ok(input.safeParse(found).success)
      },
    ),
    { numRuns: 500, seed: 1 },
  )
})
