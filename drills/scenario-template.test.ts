import assert from 'node:assert/strict'
import { test } from 'node:test'
import path from 'node:path'
import { loadScenarios } from './scenarios.ts'
import { everyWay, isVaried, type Template } from './scenario-template.ts'
import { variedIn } from './variants.ts'

const document = {
  id: 'ours',
  title: 'Slow',
  variants: [
    { name: 'one', set: { service: 'orders', day: '${weekday}' } },
    { name: 'two', set: { service: 'catalog', day: 'a ${weekday}' } },
  ],
  draws: { weekday: ['Monday', 'Friday', 'Sunday'], pause: ['3s', '5s'] },
  timeline: [{ at: '${pause}', params: { service: '${service}' } }],
}
const template: Template = { document, story: 'It began on ${day}.', debrief: 'It was ${service}.' }
const told = (changed: Partial<Template>, within: object = {}): string[] => {
  const found: string[] = []
  everyWay({ ...template, document: { ...document, ...within }, ...changed }, (file, at, name, message) =>
    found.push(`${file} ${at.join('.')} ${name}: ${message}`),
  )
  return found
}

test('each variant is checked, and within it each value of each draw', () => {
  const ways = everyWay(template, () => assert.fail('nothing is wrong'))
  assert.deepEqual(
    ways.map(({ variant, story }) => `${variant}: ${story}`),
    [
      'one: It began on Monday.',
      'one: It began on Friday.',
      'one: It began on Sunday.',
      'two: It began on a Monday.',
      'two: It began on a Friday.',
      'two: It began on a Sunday.',
    ],
  )
  // A draw with fewer values starts again.
  const timeline = (at: string, service: string) => [{ at, params: { service } }]
  assert.deepEqual(
    ways.map((way) => (way.document as { timeline: unknown }).timeline),
    ['orders', 'catalog'].flatMap((service) => ['3s', '5s', '3s'].map((at) => timeline(at, service))),
  )
  assert.deepEqual(new Set(ways.map(({ debrief }) => debrief)), new Set(['It was orders.', 'It was catalog.']))
  for (const way of ways) assert.deepEqual(Object.keys(way.document as object), ['id', 'title', 'timeline'])
})

test('a folder without draws is checked once', () => {
  const plain = { document: { id: 'ours' }, story: 'It costs ${price}.', debrief: '' }
  assert.deepEqual(
    everyWay(plain, () => assert.fail('nothing is told')),
    [{ ...plain, variant: null }],
  )
  assert.equal(isVaried(variedIn(plain.document)), false)
  for (const varied of [{ draws: { day: ['Monday'] } }, { variants: [{ name: 'one', set: {} }] }])
    assert.equal(isVaried(variedIn(varied)), true)
})

test('draws alone are varied, and have no variant', () => {
  const ways = everyWay({ document: { draws: { day: ['Monday', 'Friday'] } }, story: '${day}', debrief: '' }, () => assert.fail())
  assert.deepEqual(
    ways.map(({ variant, story }) => [variant, story]),
    [
      [null, 'Monday'],
      [null, 'Friday'],
    ],
  )
})

const mistakes: [what: string, changed: Partial<Template>, within: object, expected: RegExp[]][] = [
  ['a name without a value', { story: '${day} ${nobody}' }, {}, [/^story {2}nobody: there is no value 'nobody' in variant 'one': choose /]],
  [
    'a title that differs',
    {},
    { title: 'Slow on ${weekday}' },
    [/^document title weekday: has \$\{weekday\}: the catalogue shows this field/],
  ],
  [
    'a value of a variant that nothing uses',
    { debrief: '' },
    { timeline: ['${pause}'] },
    [/^document variants\.draws service: nothing says \$\{service\}/],
  ],
  [
    'a value that names another value',
    {},
    { variants: [...document.variants, { name: 'three', set: { service: '${day}s', day: 'Monday' } }] },
    [/^document variants\.2\.set\.service day: variant 'three' has \$\{day\} in a value: a value may name draws, and no other value/],
  ],
  [
    'a draw that nothing uses',
    {},
    { draws: { ...document.draws, extra: [1] } },
    [/^document variants\.draws extra: nothing says \$\{extra\}/],
  ],
]
for (const [what, changed, within, expected] of mistakes)
  test(`${what} is reported once for each place`, () => {
    const found = [...new Set(told(changed, within))]
    assert.equal(found.length, told(changed, within).length, 'nothing is told twice')
    for (const message of expected)
      assert.ok(
        found.some((each) => message.test(each)),
        `${message} in\n${found.join('\n')}`,
      )
  })

test('a draw that only a variant uses counts as used', () => assert.deepEqual(told({}), []))

test('a scenario draws the same for the same seed, caches the result, and takes its first variant for an unknown one', () => {
  const scenarios = loadScenarios(path.join(import.meta.dirname, '..', 'scenarios'))
  const varied = [...scenarios.values()].filter(({ versions }) => versions)
  assert.ok(varied.length > 3)
  for (const [index, { id, versions, variants = [], title, people }] of varied.entries()) {
    assert.ok(versions)
    const names = variants.length > 0 ? variants.map(({ name }) => name) : [null]
    for (const variant of names) {
      const drawn = versions.of({ seed: 7, variant })
      assert.deepEqual([drawn.id, drawn.title, drawn.people], [id, title, people])
      assert.doesNotMatch(JSON.stringify([drawn.timeline, drawn.story, drawn.debrief]), /\$\{/, `${id} ${variant}`)
      // More others come in between than are cached; one scenario is enough.
      for (let seed = 100; index === 0 && seed < 170; seed++) versions.of({ seed, variant })
      assert.deepEqual({ ...versions.of({ seed: 7, variant }) }, { ...drawn }, `${id} ${variant}`)
      assert.equal(versions.of({ seed: 7, variant }), versions.of({ seed: 7, variant }))
    }
    assert.equal(versions.of({ seed: 7, variant: 'no such' }), versions.of({ seed: 7, variant: names[0] ?? null }))
  }
})
