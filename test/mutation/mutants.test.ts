import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutantsIn, withMutant } from './mutants.ts'

const ways = (source: string): string[] => mutantsIn('a.ts', source).map((mutant) => withMutant(source, mutant))

const table: [source: string, mutated: string[]][] = [
  ['if (a) b()', ['if (!(a)) b()', 'if (a) void 0']],
  ['const a = b < c', ['const a = b <= c']],
  ['const a = b && c', ['const a = b || c']],
  ['const a = b ?? c', ['const a = b']],
  ['const a = !b', ['const a = b']],
  ['const a = b ? 1 : false', ['const a = !(b) ? 1 : false', 'const a = b ? 2 : false', 'const a = b ? 1 : true']],
  ['const f = () => { return 0 }', ['const f = () => { return undefined }', 'const f = () => { return 1 }']],
  ['a.some(b)', ['void 0', 'a.every(b)']],
  ['a = b', ['void 0']],
]
for (const [source, mutated] of table) test(`${source} is changed in each way`, () => assert.deepEqual(ways(source), mutated))

test('types, imports, concatenated texts and log messages are not changed', () => {
  for (const source of [
    "import { a } from 'b'",
    'type A = 1 | true',
    'interface A { b: 1 }',
    "const a = 'b' + c",
    "process.stderr.write('a')",
    "export * from 'a'",
  ])
    assert.deepEqual(ways(source), [], source)
})

test('a mutant has its line number', () => {
  assert.deepEqual(
    mutantsIn('a.ts', 'const a = 1\n\nconst b = 2\n').map(({ line, from, to }) => [line, from, to]),
    [
      [1, '1', '2'],
      [3, '2', '3'],
    ],
  )
})
