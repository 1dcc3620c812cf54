import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { commentsOf, ours, read, textsOf } from './texts.ts'

/** The phrases of the table in docs/style.md, each with what to write instead. */
function phrasesOf(style: string): Map<string, string> {
  const table = style.split('## Phrases that we do not write')[1] ?? ''
  return new Map(Array.from(table.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm), ([, phrase = '', instead = '']) => [phrase, instead]))
}

const phrases = phrasesOf(read('docs/style.md'))
const pattern = new RegExp(`\\b(?:${[...phrases.keys()].map((phrase) => phrase.replaceAll(' ', '\\s+')).join('|')})\\b`, 'gi')

/** Where a text has a phrase, and what to write. `line` is that of the text's first line. */
function found(text: string, file: string, line = 1): string[] {
  return Array.from(text.matchAll(pattern), ({ 0: phrase, index }) => {
    const at = line + text.slice(0, index).split('\n').length - 1
    const instead = phrases.get(phrase.toLowerCase().replaceAll(/\s+/g, ' '))
    return `${file}:${at}: '${phrase}': write ${instead}`
  })
}

test('phrases are read from the list, and found in texts, across lines, but not in comments', () => {
  assert.ok(phrases.size > 20, `${phrases.size} phrases`)
  assert.deepEqual(found('It is fine.\nThe shop is\nwell again.', 'a.md'), ["a.md:2: 'is\nwell': write is healthy"])
  const source = "// is well\nconst a = 'is well', b = `${a} Anew`; const c = <p>tried again</p>"
  assert.deepEqual(
    textsOf(source, 'a.tsx').flatMap(({ text }) => found(text, 'a.tsx').map((told) => told.split("'")[1])),
    ['is well', 'Anew', 'tried again'],
  )
})

test('scenarios and documents have none of the phrases', () => {
  const files = ours(['scenarios/**/*.{md,yaml}', 'docs/**/*.md', 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])
  assert.ok(files.length > 120, `${files.length} files`)
  assert.deepEqual(
    files.filter((file) => file !== path.join('docs', 'style.md')).flatMap((file) => found(read(file), file)),
    [],
  )
})

const folders = ['bench', 'cli', 'coach', 'console/src', 'control', 'drills', 'model', 'observability', 'people', 'range', 'shell', 'shop']
for (const folder of folders) {
  for (const [what, said] of [
    ['texts', textsOf],
    ['comments', commentsOf],
  ] as const)
    test(`${what} of ${folder} have none of the phrases`, () => {
      const files = ours([`${folder}/**/*.{ts,tsx}`])
      assert.ok(files.length > 0)
      assert.deepEqual(
        files.flatMap((file) => {
          const source = read(file)
          return said(source, file).flatMap(({ text, start }) => found(text, file, source.slice(0, start).split('\n').length))
        }),
        [],
      )
    })
}
