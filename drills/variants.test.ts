import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Scenario } from '../model/scenario.ts'
import { checkScenario, loadScenario } from './scenarios.ts'
import { drawnScenario, everyVariant, filled, variantFor } from './variants.ts'

const original = path.join(import.meta.dirname, '..', 'scenarios', 'slow-shelves')
const work = mkdtempSync(path.join(tmpdir(), 'variants-'))
after(() => rmSync(work, { recursive: true, force: true }))

/** The folder of a scenario like `slow-shelves`, with these replacements in its files. */
function folderWith(yaml: (text: string) => string, story = (text: string) => text): string {
  const folder = path.join(mkdtempSync(path.join(work, 'one-')), 'slow-shelves')
  cpSync(original, folder, { recursive: true })
  for (const [name, change] of [
    ['scenario.yaml', yaml],
    ['story.md', story],
  ] as const) {
    const file = path.join(folder, name)
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  }
  return folder
}

const variants = `
draws: { weekday: [Monday, Friday, Sunday], pause: [3s, 5s] }
variants:
  - { name: old, set: { version: 1.5.0, when: 'on \${weekday}' } }
  - { name: new, set: { version: 1.6.0, when: 'last \${weekday}' } }
`
const varied = (more = (text: string) => text) =>
  folderWith(
    (text) =>
      more(
        text
          .replace('version: 1.5.0', "version: '${version}'")
          .replace('- at: 3s', "- at: '${pause}'")
          .replace(/\nrunbooks:/, `${variants}runbooks:`),
      ),
    (text) => `It began \${when}, with release \${version}.\n\n${text}`,
  )
const versionOf = ({ timeline }: Scenario) => timeline[0]?.params['version']

test('a text that is only a placeholder becomes the value with its type, and other texts are filled in', () => {
  const told: string[] = []
  const values = { users: 40, list: [1, 2], name: 'orders' }
  const template = {
    a: '${users}',
    b: ['${list}', '${users} of ${name}'],
    c: '$blocker',
    d: '${nobody}',
    e: '${constructor}, or ${toString}',
  }
  assert.deepEqual(
    filled(template, values, (name, at) => told.push(`${name} at ${at.join('.')}`)),
    { a: 40, b: [[1, 2], '40 of orders'], c: '$blocker', d: '${nobody}', e: '${constructor}, or ${toString}' },
  )
  assert.deepEqual(told, ['users at a', 'list at b.0', 'users at b.1', 'name at b.1', 'nobody at d', 'constructor at e', 'toString at e'])
})

test('a seed draws the same variant and the same words each time, and seeds together draw all of them', () => {
  const scenario = loadScenario(varied())
  assert.deepEqual(everyVariant(scenario).map(versionOf), ['1.5.0', '1.6.0'])
  const drawn = (seed: number) => drawnScenario(scenario, { seed, variant: variantFor(scenario, seed) })
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)
  for (const seed of seeds.slice(0, 5)) {
    assert.deepEqual(loadScenario(varied()).versions?.of({ seed, variant: variantFor(scenario, seed) }).story, drawn(seed).story)
  }
  assert.deepEqual(new Set(seeds.map((seed) => versionOf(drawn(seed)))), new Set(['1.5.0', '1.6.0']))
  assert.deepEqual(new Set(seeds.map((seed) => drawn(seed).timeline[0]?.at)), new Set([3_000, 5_000]))
  assert.equal(new Set(seeds.map((seed) => drawn(seed).story.split('\n')[0])).size, 6)
  assert.match(drawn(1).story, /^It began (on|last) (Monday|Friday|Sunday), with release 1\.[56]\.0\.\n/)
})

test('the requested variant is played, and an unknown one is an error that lists the variants', () => {
  const scenario = loadScenario(varied())
  assert.equal(variantFor(scenario, 1, 'new'), 'new')
  assert.throws(() => variantFor(scenario, 1, 'newest'), /'slow-shelves' has no variant 'newest': choose old, new/)
  const plain = loadScenario(original)
  assert.equal(variantFor(plain, 1), null)
  assert.equal(drawnScenario(plain, { seed: 1, variant: null }), plain)
  assert.throws(() => variantFor(plain, 1, 'new'), /'slow-shelves' has no variants/)
})

const mistakes: [what: string, from: string | RegExp, to: string, at: string, message: RegExp][] = [
  [
    'a value that one variant does not have',
    'new, set: { version: 1.6.0',
    'new, set: { release: 1.6.0',
    'timeline.0.params.version',
    /no value 'version' in variant 'new'/,
  ],
  ['a value that nothing says', 'version: 1.6.0,', 'version: 1.6.0, extra: 1,', 'variants.draws', /nothing says \$\{extra\}/],
  ['a parameter that is wrong in one variant', 'version: 1.6.0', 'version: 16', 'timeline.0.params.version', /^in variant new: /],
  ['a draw of which one value is no duration', '5s]', 'soon]', 'timeline.0.at', /'soon' is not a duration/],
  ['two variants of one name', '{ name: new', '{ name: old', 'variants', /two variants have the same name/],
  ['a title that differs', /^title: .*$/m, "title: 'Slow on ${weekday}'", 'title', /the catalogue shows this field/],
]
for (const [what, from, to, at, message] of mistakes)
  test(`${what} is reported where it is`, () => {
    const { scenario, problems } = checkScenario(
      varied((text) => {
        const changed = text.replace(from, to)
        assert.notEqual(changed, text)
        return changed
      }),
    )
    assert.equal(scenario, null)
    const found = problems.find((problem) => message.test(problem.message))
    assert.ok(found, JSON.stringify(problems))
    assert.equal(found.level, 'error')
    if (at !== 'variants.draws') assert.equal(found.at, at)
  })

test('a placeholder of the story without a value is reported with its line', () => {
  const folder = folderWith(
    (text) =>
      text
        .replace('version: 1.5.0', "version: '${version}'")
        .replace(
          /\nrunbooks:/,
          '\nvariants:\n  - { name: a, set: { version: 1.5.0 } }\n  - { name: b, set: { version: 1.6.0 } }\nrunbooks:',
        ),
    (text) => `It is Monday.\n\nThe ${'${thing}'} is slow.\n${text}`,
  )
  const [problem] = checkScenario(folder).problems
  assert.deepEqual([path.basename(problem?.file ?? ''), problem?.line, problem?.column], ['story.md', 3, 5])
})
