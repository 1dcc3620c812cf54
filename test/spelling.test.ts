import assert from 'node:assert/strict'
import { test } from 'node:test'
import dictionary from 'dictionary-en-gb'
import nspell from 'nspell'
import { ours, read, textsOf } from './texts.ts'

/** British English, as docs/style.md requires, and our own terms in `docs/words.txt`. */
const spelling = nspell(Buffer.from(dictionary.aff), Buffer.from(dictionary.dic))
const own = read('docs/words.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
/** Dictionaries that make our own words unnecessary. */
const needless = own.filter((each) => spelling.correct(each))
for (const each of own) spelling.add(each)

/** A word of a sentence: not part of a path, of a name with `-`, `_`, `.` or capitals inside, or of a URL. */
const word = /(?<![\w./@$#:{<&=\\-])[A-Za-z][a-z]+(?:'[a-z]+)?(?![\w/@=(\\'-]|\.\w|:\w)/g

const known = new Map<string, boolean>()
/** A possessive is spelt like its noun, and a name of ours at the start of a sentence as elsewhere. */
function isWord(text: string): boolean {
  const before = known.get(text)
  if (before !== undefined) return before
  const is = [text, text.replace(/'s?$/, ''), text.toLowerCase()].some((each) => spelling.correct(each))
  known.set(text, is)
  return is
}

const misspelt = (text: string): string[] => Array.from(text.matchAll(word), ([found]) => found).filter((found) => !isWord(found))

/** The prose of Markdown: no code, no URLs, no tags. */
const prose = (markdown: string): string =>
  markdown
    .replaceAll(/^```[\s\S]*?^```/gm, ' ')
    .replaceAll(/`[^`]*`/g, ' ')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/https?:\S+/g, ' ')
    .replaceAll(/<[^>\n]+>/g, ' ')

/** Customers write in their own language, and a hand-made page has its style sheet. */
const noEnglish = ['people/ticket-templates.ts', 'people/ticket-words.ts', 'control/debrief-parts.ts']

/** SQL, and arguments of programs. */
const code =
  /\bpg_|\b(?:select|insert into|update \w+ set|create (?:table|index|trigger)|autoincrement|datname|rolname|relname|tgname|pragma)\b|^[+-]\w|=>/

/** A text of a source file that is a sentence: one word alone may be a name. */
const sentence = (text: string): string =>
  /[a-z],? [a-z]/i.test(text) && !code.test(text) ? text.replaceAll(/https?:\S+|`[^`]*`|'[^' ]*'|"[^" ]*"/g, ' ') : ' '

test('a misspelt word is found, and a name, a path and a possessive are accepted', () => {
  assert.deepEqual(misspelt("The recieved color of catalog-proxy's page in /var/lib is fulfiled. Prometheus's"), [
    'recieved',
    'color',
    'fulfiled',
  ])
  assert.equal(misspelt(prose('See [it](https://wrnog.example/tyop), `pg_stat` and\n```\nselct\n```\nthe end')).length, 0)
  assert.deepEqual(misspelt(sentence("it wsa 'psql' here")), ['wsa'])
})

test('documents and scenarios are spelt correctly', () => {
  const files = ours(['scenarios/**/*.md', 'docs/**/*.md', '*.md'])
  assert.ok(files.length > 120, `${files.length} files`)
  assert.deepEqual(
    files.flatMap((file) => misspelt(prose(read(file))).map((found) => `${file}: ${found}`)),
    [],
  )
})

test('the texts of the sources and of the scenarios are spelt correctly', () => {
  const sources = ours(['{cli,coach,console/src,control,drills,model,people,range}/**/*.{ts,tsx}'])
    .filter((file) => !noEnglish.includes(file))
    .map((file): [string, string[]] => [file, textsOf(read(file), file).map(({ text }) => sentence(text))])
  const scenarios = ours(['scenarios/*/*.yaml']).map((file): [string, string[]] => [
    file,
    Array.from(read(file).matchAll(/(?:: |- )['"]?([A-Z].* .*)$/gm), ([, text = '']) => sentence(text)),
  ])
  const found = [...sources, ...scenarios].flatMap(([file, texts]) => texts.flatMap(misspelt).map((each) => `${file}: ${each}`))
  assert.deepEqual([...new Set(found)], [])
})

test('our own words are sorted, unique, and not in the dictionary', () => {
  assert.deepEqual(
    own,
    [...new Set(own)].toSorted((a, b) => a.localeCompare(b, 'en')),
  )
  assert.deepEqual(needless, [])
})
