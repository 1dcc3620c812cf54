import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { hashOf, Sources } from './source.ts'

const root = mkdtempSync(path.join(tmpdir(), 'firedrill-sources-'))
after(() => rmSync(root, { recursive: true, force: true }))
const files: Record<string, string> = {
  'a/main.ts': `/** Says what it does. */
import { one, two as second } from './one.ts'
import type { Only } from './types.ts'
import { type Also, used } from '../b/used.ts'
import './effect.ts'
import fs from 'node:fs'
// Comments
export const main = () =>   one( second ) // change nothing
export { other } from './other.ts'
export type { Gone } from './gone.ts'
export * from './all.ts'
`,
  'a/one.ts': "import { main } from './main.ts'\nexport const one = 1\nexport const two = () => main\n",
  'a/types.ts': 'export type Only = 1\n',
  'b/used.ts': "export type Also = 1\nexport const used = 'a // b'\n",
  'a/effect.ts': 'globalThis.x = 1\n',
  'a/other.ts': 'export const other = 2\n',
  'a/all.ts': 'export const all = 3\n',
  'a/releases.ts': `import { slow } from './slow.ts'
import { fast, unused } from './fast.ts'
const wait = 5
function helper() { return wait }
class Kept {}
const idle = 1
export const releases = {
  '1.0.0': { handler: fast },
  // The next one is slow.
  '1.1.0': { handler: () => slow(helper(), Kept) },
}
`,
}
for (const [file, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}
/** Sources in which one file is different. */
const changed = (file: string, text: string): Sources => {
  writeFileSync(path.join(root, file), text)
  const sources = new Sources(root)
  sources.code(file)
  writeFileSync(path.join(root, file), files[file] ?? '')
  return sources
}

test('imports of types only, and of packages, are left out', () => {
  assert.deepEqual(new Sources(root).imports('a/main.ts'), [
    { file: 'a/one.ts', names: ['one', 'second'] },
    { file: 'b/used.ts', names: ['Also', 'used'] },
    { file: 'a/effect.ts', names: [] },
    { file: 'a/other.ts', names: [] },
    { file: 'a/all.ts', names: [] },
  ])
})

test('a closure contains direct and indirect imports within the filter, even if they are circular', () => {
  const sources = new Sources(root)
  const inA = (file: string) => file.startsWith('a/')
  assert.deepEqual([...sources.closure('a/main.ts', inA)], ['a/main.ts', 'a/one.ts', 'a/effect.ts', 'a/other.ts', 'a/all.ts'])
  assert.deepEqual([...sources.closure('a/main.ts', () => false)], ['a/main.ts'])
  assert.ok(sources.closure('a/main.ts', () => true).has('b/used.ts'))
})

test('comments and layout do not count, and a text that looks like a comment does', () => {
  const code = new Sources(root).code('a/main.ts')
  assert.doesNotMatch(code, /Says what|Comments|change nothing/)
  assert.match(code, /export const main = \(\) => one\( second \) export \{ other \}/)
  const text = files['a/main.ts'] ?? ''
  for (const same of [
    text.replaceAll('\n', '\r\n'),
    text.replace('// Comments\n', ''),
    text.replace('Says what', 'Tells how'),
    `\n\n${text}`,
  ])
    assert.equal(changed('a/main.ts', same).code('a/main.ts'), code)
  assert.notEqual(changed('a/main.ts', text.replace('one(', 'second(')).code('a/main.ts'), code)
  assert.match(new Sources(root).code('b/used.ts'), /'a \/\/ b'/)
})

test('a schema’s description does not count, wherever it is, and any other call with that name does', () => {
  const code = (text: string) => changed('a/one.ts', text).code('a/one.ts')
  const schema = "export const params = z.object({ name: z.string().regex(/a/) .default('x'), count: number })\n"
  assert.equal(
    code(`export const params = z.object({
      /* Which one. */ name: z.string().describe('The name: (of one)').regex(/a/)
        // Why.
        .default('x')
        .describe(\`Its name\`), count: number.describe("one").describe(/* two */ 'two')
    }).describe('All of them')\n`),
    code(schema),
  )
  for (const other of [
    'z.describe(text)',
    'z.describe(`${text}`)',
    "z.describe('a', 'b')",
    'z.describe()',
    "z?.describe('a')",
    "z.describe?.('a')",
    "z['describe']('a')",
    "z.describes('a')",
    "describe('a')",
    "() => cluster.describe('a')",
    "function () { return cluster.describe('a') }",
    "{ show() { return cluster.describe('a') } }",
  ])
    assert.equal(code(`export default (${other})\n`), `export default (${other})`)
})

test('an entry contains the declarations it needs from its file, and the imported files', () => {
  const sources = new Sources(root)
  assert.deepEqual(sources.entry('a/releases.ts', 'releases', '1.0.0'), { code: "'1.0.0': { handler: fast }", imported: ['a/fast.ts'] })
  const slow = sources.entry('a/releases.ts', 'releases', '1.1.0')
  assert.deepEqual(slow?.imported, ['a/slow.ts'])
  for (const needed of ['wait = 5', 'function helper() { return wait }', 'class Kept {}']) assert.ok(slow?.code.includes(needed), needed)
  for (const other of ['idle', 'fast', 'The next one']) assert.ok(!slow?.code.includes(other), other)
})

test('an unknown entry, and a name that is no object, are null', () => {
  const sources = new Sources(root)
  assert.equal(sources.entry('a/releases.ts', 'releases', '2.0.0'), null)
  assert.equal(sources.entry('a/releases.ts', 'wait', '1.0.0'), null)
  assert.equal(sources.entry('a/releases.ts', 'nothing', '1.0.0'), null)
})

test('a file is read once, a missing one is recognised, and one that cannot be parsed is an error', () => {
  const sources = new Sources(root)
  assert.deepEqual([sources.has('a/one.ts'), sources.has('a/none.ts')], [true, false])
  const before = sources.code('a/other.ts')
  writeFileSync(path.join(root, 'a/other.ts'), 'export const other = 9\n')
  assert.equal(sources.code('a/other.ts'), before)
  writeFileSync(path.join(root, 'a/other.ts'), files['a/other.ts'] ?? '')
  writeFileSync(path.join(root, 'a/broken.ts'), 'export const = ')
  assert.throws(() => sources.code('a/broken.ts'), /^Error: a\/broken\.ts cannot be parsed: /)
})

test('a hash is short, and deterministic', () => {
  assert.match(hashOf('a'), /^[0-9a-f]{16}$/)
  assert.equal(hashOf('a'), hashOf('a'))
  assert.notEqual(hashOf('a'), hashOf('b'))
})
