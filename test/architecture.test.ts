import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { withPicture } from './picture.ts'
import { read } from './texts.ts'

const root = path.join(import.meta.dirname, '..')
const documents = ['ARCHITECTURE.md', 'CONTRIBUTING.md']

test('the picture in ARCHITECTURE.md matches the topology', () => {
  const document = read('ARCHITECTURE.md')
  assert.match(document, /^```mermaid$/m)
  assert.ok(document === withPicture(document), "run 'node test/picture.ts'")
})

test('the lives in ARCHITECTURE.md have ten lines at most, and each line names the file where it happens', () => {
  const lives = read('ARCHITECTURE.md')
    .split(/^## /m)
    .filter((section) => section.startsWith('The life of'))
  assert.equal(lives.length, 3)
  for (const life of lives) {
    const lines = life.match(/^\d+\. .*$/gm) ?? []
    assert.ok(lines.length > 5 && lines.length <= 10, `${lines.length} lines`)
    for (const line of lines) assert.ok(mentioned(line).length > 0, line)
  }
})

const installed = /(?:^|\/)(?:node_modules|\.[a-z]+)$/
const names = new Set(globSync('**/*', { cwd: root, exclude: (file) => installed.test(file) }).map((file) => path.basename(file)))
const suffix = /\.(?:[jt]sx?|py|sh|json|yaml|md|html|css)$/

/** Paths that a document mentions as code or as a link, outside examples: words in capitals are placeholders, and `*` stands for any name. */
function mentioned(document: string): string[] {
  const text = document.replaceAll(/^```[^]*?^```$/gm, '')
  const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link = '']) => link)
  const code = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, words = '']) => words).flatMap((words) => words.split(/\s+/))
  const isPath = (word: string) =>
    /^[\w*][\w.*/-]*$/.test(word) && (suffix.test(word) || existsSync(path.join(root, word.split('/')[0] ?? '')))
  return [...links, ...code].filter(isPath).map((word) => word.replaceAll(/\b[A-Z]{2,}\b(?!\.md)/g, '*'))
}

/** A bare name may be that of a file in any folder. */
const exists = (file: string) =>
  file.includes('/') ? globSync(file, { cwd: root }).length > 0 : names.values().some((name) => path.matchesGlob(name, file))

test('a missing path is found, and a placeholder, a pattern and an example are ignored', () => {
  const text =
    '`shop/NAME/releases.ts` `*.fuzz.test.ts` [a](docs/gone.md) `node test/gone.ts control/injector.ts` `a/b` `POST /api`\n```\ndrills/x.ts\n```\n'
  assert.deepEqual(
    mentioned(text).filter((file) => !exists(file)),
    ['docs/gone.md', 'test/gone.ts'],
  )
})

for (const file of documents)
  test(`every path in ${file} exists`, () => {
    const paths = mentioned(read(file))
    assert.ok(paths.length > 20, `${paths.length} paths`)
    assert.deepEqual(
      paths.filter((each) => !exists(each)),
      [],
    )
  })
