import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { flags } from './contract.ts'
import { BadFlags, evaluateFlag, flagInWords, murmur3, readFlags, type FlagDefinition } from './flag-format.ts'

const flag = (fields: object = {}): FlagDefinition => {
  const definition = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off', ...fields }
  const read = readFlags(JSON.stringify({ flags: { f: definition } }))['f']
  assert.ok(read)
  return read
}
const variantOf = (definition: FlagDefinition, context: Record<string, unknown> = {}) =>
  evaluateFlag('f', definition, context)?.variant ?? null

test('the shop’s own flags are read, and each names the service that the contract says', () => {
  const own = readFlags(readFileSync(path.join(import.meta.dirname, 'flags.json'), 'utf8'))
  assert.deepEqual(Object.fromEntries(Object.entries(own).map(([key, { metadata }]) => [key, metadata['service']])), { ...flags })
  for (const definition of Object.values(own)) assert.equal(flagInWords(definition), definition.defaultVariant)
})

describe('a file with mistakes is refused, with each of them', () => {
  const cases: [what: string, file: unknown, told: RegExp][] = [
    ['no JSON', '{"flags": {', /^the flags are not JSON: /],
    ['no flags', [], /"flags", an object/],
    ['evaluators', { flags: {}, $evaluators: {} }, /^\$evaluators: not supported here/],
    ['a number for a flag', { flags: { f: 1 } }, /^flags\.f: has to be an object with state/],
    ['an unknown field', { flags: { f: { ...flag(), colour: 'red' } } }, /^flags\.f\.colour: unknown/],
    ['an unknown state', { flags: { f: { ...flag(), state: 'on' } } }, /^flags\.f\.state: has to be ENABLED or DISABLED$/],
    ['no variants', { flags: { f: { ...flag(), variants: {} } } }, /flags\.f\.variants: has to be an object with at least one/],
    [
      'mixed variants',
      { flags: { f: { ...flag(), variants: { off: 1, on: true } } } },
      /all have to be booleans, all texts or all numbers/,
    ],
    [
      'an unknown default',
      { flags: { f: { ...flag(), defaultVariant: 'yes' } } },
      /^flags\.f\.defaultVariant: has to be one of the variants: on, off$/,
    ],
    [
      'an unknown result',
      { flags: { f: { ...flag(), targeting: { if: [true, 'yes'] } } } },
      /targeting\.if\[1\]: there is no variant yes: choose on, off/,
    ],
    ['an unknown share', { flags: { f: { ...flag(), targeting: { fractional: [['yes', 1]] } } } }, /fractional: there is no variant yes/],
    [
      'half a weight',
      { flags: { f: { ...flag(), targeting: { fractional: [['on', 0.5]] } } } },
      /the weight of on has to be a whole number/,
    ],
    ['no shares', { flags: { f: { ...flag(), targeting: { fractional: [] } } } }, /has to list shares, such as \["on", 25\]/],
    [
      'another operator',
      { flags: { f: { ...flag(), targeting: { if: [{ sem_ver: ['1', '=', '1'] }, 'on'] } } } },
      /if\[0\]: sem_ver is not supported: use ==/,
    ],
    [
      'a targeting without result',
      { flags: { f: { ...flag(), targeting: { '==': [1, 1] } } } },
      /targeting: has to be the name of a variant, .*not supported: ==/,
    ],
  ]
  for (const [what, file, told] of cases) {
    test(what, () => {
      const text = typeof file === 'string' ? file : JSON.stringify(file)
      assert.throws(
        () => readFlags(text),
        (error) => error instanceof BadFlags && told.test(error.message),
      )
    })
  }
  test('several at once, a line for each', () => {
    const text = JSON.stringify({ flags: { a: { ...flag(), state: 'on' }, b: { ...flag(), defaultVariant: 'x' } } })
    assert.throws(() => readFlags(text), { message: /^flags\.a\.state.*\nflags\.b\.defaultVariant/ })
  })
})

test('without targeting everybody gets the default variant, and with a disabled flag nobody gets any', () => {
  assert.deepEqual(evaluateFlag('f', flag(), {}), { variant: 'off', value: false, reason: 'STATIC' })
  assert.equal(evaluateFlag('f', flag({ state: 'DISABLED' }), {}), null)
})

test('conditions ask for attributes', () => {
  const rule = (condition: unknown) => flag({ targeting: { if: [condition, 'on'] } })
  const cases: [condition: unknown, on: Record<string, unknown>, off: Record<string, unknown>][] = [
    [{ '==': [{ var: 'member' }, 'gold'] }, { member: 'gold' }, { member: 'silver' }],
    [{ '!=': [{ var: 'member' }, 'none'] }, { member: 'gold' }, { member: 'none' }],
    [{ in: [{ var: 'member' }, ['gold', 'silver']] }, { member: 'silver' }, { member: 'basic' }],
    [{ in: ['ol', { var: 'member' }] }, { member: 'gold' }, {}],
    [{ '>': [{ var: 'pieces' }, 2] }, { pieces: 3 }, { pieces: 2 }],
    [{ '>=': [{ var: 'pieces' }, 2] }, { pieces: 2 }, { pieces: 1 }],
    [{ '<': [{ var: 'pieces' }, 2] }, { pieces: 1 }, { pieces: 2 }],
    [{ '<=': [{ var: 'pieces' }, 2] }, { pieces: 2 }, { pieces: 3 }],
    [{ and: [{ var: 'a' }, { var: 'b' }] }, { a: 1, b: 1 }, { a: 1 }],
    [{ or: [{ var: 'a' }, { var: 'b' }] }, { b: 1 }, {}],
    [{ '!': [{ var: 'a' }] }, {}, { a: true }],
  ]
  for (const [condition, on, off] of cases) {
    assert.equal(variantOf(rule(condition), on), 'on', JSON.stringify([condition, on]))
    assert.equal(variantOf(rule(condition), off), 'off', JSON.stringify([condition, off]))
  }
  const otherwise = flag({ targeting: { if: [{ var: 'a' }, 'off', 'on'] } })
  assert.deepEqual([variantOf(otherwise, { a: 1 }), variantOf(otherwise)], ['off', 'on'])
})

test('a share of the customers, always the same ones, gets a variant', () => {
  const share = flag({
    targeting: {
      fractional: [
        ['on', 25],
        ['off', 75],
      ],
    },
  })
  const drawn = Array.from({ length: 4_000 }, (_, index) => variantOf(share, { targetingKey: `visitor-${index}` }))
  const on = drawn.filter((variant) => variant === 'on').length
  assert.ok(on > 900 && on < 1_100, `${on} of 4000`)
  assert.equal(variantOf(share, { targetingKey: 'visitor-7' }), drawn[7])
  assert.equal(variantOf(share), 'off', 'somebody without an id gets the default')
  const byCart = flag({ targeting: { fractional: [{ var: 'cart' }, ['on', 1], ['off', 0]] } })
  assert.equal(variantOf(byCart, { cart: 'c' }), 'on')
})

test('draws are by MurmurHash3, as in flagd', () => {
  // Reference values of MurmurHash3_x86_32 with seed 0.
  const known: [text: string, hash: number][] = [
    ['', 0],
    ['hello', 0x248bfa47],
    ['hello, world', 0x149bbb7f],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ]
  for (const [text, hash] of known) assert.equal(murmur3(text), hash, text)
})

test('who gets what, in words', () => {
  const told = (targeting: object) => flagInWords(flag({ targeting }))
  assert.equal(told({}), 'off')
  assert.equal(flagInWords(flag({ state: 'DISABLED' })), 'disabled')
  assert.equal(
    told({
      fractional: [
        ['on', 25],
        ['off', 75],
      ],
    }),
    'on for 25 %, off for 75 %',
  )
  assert.equal(told({ if: [{ '==': [{ var: 'member' }, 'gold'] }, 'on', null] }), 'on if member is gold, otherwise off')
  assert.equal(told({ if: [{ in: [{ var: 'member' }, ['gold', 'basic']] }, 'on'] }), 'on if member is gold or basic, otherwise off')
})
