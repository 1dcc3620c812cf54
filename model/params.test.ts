import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { boundsOf, paramHelp, valuesInWords, type ParamSchema } from './params.ts'

const schemaOf = (param: z.ZodType): ParamSchema => z.toJSONSchema(param, { io: 'input' }) as ParamSchema

const table: [what: string, param: z.ZodType, values: string, help: string][] = [
  [
    'a number with both bounds',
    z.number().int().min(1).max(60_000).default(500).describe('Delay, in milliseconds'),
    'whole number, from 1 to 60,000',
    'Delay, in milliseconds. From 1 to 60,000. Default: 500.',
  ],
  ['a fraction', z.number().min(0.1).max(1).describe('Share'), 'number, from 0.1 to 1', 'Share. From 0.1 to 1.'],
  ['a number with one bound', z.number().int().min(1), 'whole number, at least 1', 'At least 1.'],
  ['a number below a bound', z.number().max(-2), 'number, at most -2', 'At most -2.'],
  ['a number without bounds', z.number().int(), 'whole number', ''],
  ['a choice', z.enum(['a', 'b', 'c']).default('a').describe('Letter'), 'a, b or c', 'Letter. Default: a.'],
  ['a choice of numbers', z.literal([25, 50]).describe('Size'), '25 or 50', 'Size.'],
  ['a text', z.string().default('').describe('Name'), 'text', 'Name.'],
  ['a short text', z.string().max(2_000), 'text of at most 2,000 characters', ''],
  ['a switch', z.boolean().default(true).describe('Only these'), 'true or false', 'Only these. Default: true.'],
  ['a list', z.array(z.string()).default(['a', 'b']), 'list', 'Default: a, b.'],
]
for (const [what, param, values, help] of table)
  test(`${what} is described in words`, () => {
    const schema = schemaOf(param)
    assert.deepEqual([valuesInWords(schema), paramHelp(schema)], [values, help])
  })

test('limits that only stand for no limit are left out', () => {
  assert.deepEqual(boundsOf(schemaOf(z.number().int())), {})
  assert.deepEqual(boundsOf(schemaOf(z.number().int().min(0))), { min: 0 })
  assert.deepEqual(boundsOf(schemaOf(z.number().min(0.5).max(2))), { min: 0.5, max: 2 })
})
