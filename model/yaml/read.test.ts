import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDocument, readDocuments } from './read.ts'

const nbsp = '\u00A0'
const what = 'a scenario'
const mistakesOf = (source: string | Buffer): string[] =>
  readDocument(source, what).mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`)

const told: Record<string, [string | Buffer, ...RegExp[]]> = {
  'an empty file': ['', /^1:1 the file is empty: write a scenario$/],
  'nothing but comments': ['# to do\n', /^1:1 the file has nothing but comments: write a scenario$/],
  'nothing at all': ['---\n~\n', /^1:1 the file says nothing/],
  'Latin-1': [
    Buffer.from('a: 1\ntitle: Tr\xE4ge\nb: \xFC\n', 'latin1'),
    /^2:10 the byte 0xE4 is not UTF-8; in Latin-1 it is 'ä': save/,
    /^3:4 the byte 0xFC/,
  ],
  'a sequence that is cut short': [
    Buffer.concat([Buffer.from('\uFEFFä: é '), Buffer.from([0xe2, 0x82])]),
    /^1:6 the byte 0xE2 is not UTF-8/,
  ],
  'what was Latin-1 before': ['title: Tr\uFFFDge\n', /^1:10 U\+FFFD stands for a byte that was no UTF-8/],
  'UTF-16, little-endian': [Buffer.from('\uFEFFa: 1\n', 'utf16le'), /^1:1 this is UTF-16, little-endian.*: save the file as UTF-8$/],
  'UTF-16, big-endian': [Buffer.from('\uFEFFa: 1\n', 'utf16le').swap16(), /^1:1 this is UTF-16, big-endian/],
  'UTF-16 without a mark': [Buffer.from('a: 1\n', 'utf16le'), /^1:1 this is UTF-16/],
  'UTF-16 that was taken for UTF-8': [Buffer.from('\uFEFFa: 1\n', 'utf16le').toString('utf8'), /^1:1 this is UTF-16/],
  'a NUL': ['a: 1\nb: x\0y\n', /^2:5 a NUL stands here: take it out$/],
  'an escape code': ['a: \u001B[31m\n', /^1:4 an escape stands here/],
  'a bell, a backspace and a vertical tab': [
    'a: x\u0007\nb: x\u0008\nc: x\u000B\n',
    /^1:5 a bell stands here/,
    /^2:5 a backspace stands here/,
    /^3:5 the control character U\+000B stands here/,
  ],
  'an escape of no character': ['a: "x\\0"\nb: "\\ud83d"\n', /^1:4 an escape in this text/, /^2:4 an escape in this text/],
  'CR as line end': ['a: 1\rb: 2\r', /^1:5 its lines end with CR alone, as on an old Mac/],
  'a CR among CRLF': ['a: 1\r\nb: 2\rc: 3\r\n', /^2:5 a CR that ends no line/],
  'a tab': ['a:\n\tb: 1\n\tc: 2\n', /^2:1 a tab as indentation: YAML takes spaces only$/, /^3:1 a tab/],
  'an odd space before a list': [
    `a:\n${nbsp}${nbsp}- b: 3s\n    c: x\n`,
    /^2:1 a non-breaking space \(U\+00A0\) stands here.*: write a plain space$/,
  ],
  'an odd space before a key': [`a:\n${nbsp} b: 1\n`, /^2:1 a non-breaking space/],
  'an odd space after a colon': [`a:${nbsp}b\n`, /^1:3 a non-breaking space/],
  'an odd space after a colon, among others': [`x: 1\na:${nbsp}b\nc: 2\n`, /^2:3 a non-breaking space/],
  'an odd space after a hyphen': [`a:\n  -${nbsp}b\n`, /^2:4 a non-breaking space/],
  'an odd space after a word': [`a: 3s${nbsp}\n`, /^1:6 a non-breaking space/],
  'an odd space within a list over several lines': [`a: [1,\n${nbsp}2\n`, /^2:1 a non-breaking space/],
  'an odd space after a quote that is left open': [`x:\n  - "a\n${nbsp}b: 1\n`, /^3:1 a non-breaking space/],
  'an odd space after what cannot be read': [`a: "x" y\n${nbsp}b: 2\n`, /^2:1 a non-breaking space/],
  'a space without width': ['\u200Ba: 1\n', /^1:1 a zero-width space \(U\+200B\)/],
  'a key twice': ['a: 1\nb: 2\na: 3\n', /^3:1 'a' stands here a second time, after line 1: keep one of them$/],
  'two documents': ['a: 1\n---\nb: 2\n', /^3:1 a second document begins here, after '---': a scenario is one document$/],
  'YAML 1.1': ['%YAML 1.1\n---\na: no\n', /^1:1 %YAML 1\.1 changes what words mean/],
  'a merge of what is no map': ['a:\n  <<: 5\n', /^2:3 '<<' takes a map/],
  'two merges': ['x: &x { a: 1 }\ny:\n  <<: *x\n  <<: *x\n', /^4:3 '<<' stands here a second time: write <<: \[\*one, \*other\]$/],
  'an alias of nothing': ['a: *b\n', /^1:4 there is no anchor &b before this$/],
  'an alias of itself': ['a: &a [*a]\n', /^1:8 \*a stands in what it stands for$/],
  'aliases of aliases': [
    `a: &a [${'1,'.repeat(10)}]\nb: &b [${'*a,'.repeat(10)}]\nc: &c [${'*b,'.repeat(10)}]\nd: [${'*c,'.repeat(9)}]\n`,
    /^1:1 its aliases \(\*\) stand for too much/,
  ],
  'a template': ['hosts: [{{ .Values.host }}]\n', /^1:10 a list or a map stands where a key should.*render templates first$/],
  'a quote that is left open': ["a: 1\nb: 'x\nc: 2\n", /^2:4 the quote that opens here is not closed$/],
  'a colon in a text': ['a: see: that\n', /^1:4 a key stands in or under what is a value already: put a text that has ': ' in quotes/],
  'a list that is left open': ['a: [1, 2\n', /^2:1 .* end with a \]: check the spaces at the beginning of this line/],
  'a map among a list': ['- a\nb: 1\n', /^2:1 \S/],
  'a bracket too many': ['{a: 1}}\n', /^1:7 \S.*"}"$/],
  'a text that begins with a sign of YAML': ['a: @x\nb: 1\n', /^1:4 a text without quotes cannot begin with .*@: put it in quotes$/],
  'a word alone between keys': ['a: 1\nb\nc: 2\n', /^2:1 /],
  'binary as a key': ['!!binary DAx: 1\n', /^1:\d+ the tag !!binary of YAML 1\.1 is not taken/],
  'a date by its tag': ['a: !!timestamp 2026-01-01\n', /^1:\d+ the tag !!timestamp of YAML 1\.1 is not taken/],
  'a set by its tag': ['a: !!set { b, c }\n', /^1:\d+ the tag !!set of YAML 1\.1 is not taken/],
  'an escape of a terminal': ['"\\e[31mred": 1\n', /^1:1 an escape in this text stands for no character/],
  'a tag': ['a: !env HOME\n', /^1:4 the tag !env means nothing here/],
}
for (const [name, [source, ...expected]] of Object.entries(told)) {
  test(`${name} is told in words, with line and column`, () => {
    const mistakes = mistakesOf(source)
    assert.equal(mistakes.length, expected.length, mistakes.join('\n'))
    expected.forEach((message, index) => assert.match(mistakes[index] ?? '', message))
    assert.equal(readDocument(source, what).document, null)
  })
}

test('files of other editors mean the same', () => {
  const same: Record<string, string | Buffer> = {
    CRLF: 'a: 1\r\nb: [x, y]\r\n',
    'a byte order mark': Buffer.from('\uFEFFa: 1\nb: [x, y]\n'),
    'a leading line': '---\na: 1\nb: [x, y]\n',
    'a closing line': 'a: 1\nb: [x, y]\n...\n',
    'a document without anything': 'a: 1\nb: [x, y]\n---\n',
    'no line end at the end': 'a: 1\nb: [x, y]',
    'YAML 1.2': '%YAML 1.2\n---\na: 1\nb: [x, y]\n',
    JSON: '{"a": 1, "b": ["x", "y"]}',
  }
  for (const [name, source] of Object.entries(same))
    assert.deepEqual(readDocument(source, what).document?.value, { a: 1, b: ['x', 'y'] }, name)
  const words = `a: on\u2009call\nb: |\n  ${nbsp}text\nc: "${nbsp}x"\nd: no\n`
  assert.deepEqual(readDocument(words, what).document?.value, { a: 'on\u2009call', b: `${nbsp}text\n`, c: `${nbsp}x`, d: 'no' })
})

test('merge keys and aliases are taken, and what they bring has its place', () => {
  const { document } = readDocument('x: &x { a: 1, b: 2 }\ny:\n  <<: *x\n  b: 3\nz: [*x]\n', what)
  assert.deepEqual(document?.value, { x: { a: 1, b: 2 }, y: { a: 1, b: 3 }, z: [{ a: 1, b: 2 }] })
  assert.deepEqual(document.placeOf(['y', 'a']), { line: 1, column: 12 })
  assert.deepEqual(document.placeOf(['y', 'b']), { line: 4, column: 6 })
  assert.deepEqual(document.placeOfKey(['y', 'b']), { line: 4, column: 3 })
  assert.deepEqual(document.placeOf(['z', 0, 'b']), { line: 1, column: 18 })
  assert.deepEqual(document.placeOf(['y', 'missing']), { line: 3, column: 3 })
})

test('each of several documents is read, and a directive is told once', () => {
  assert.deepEqual(
    readDocuments('a: 1\n---\n---\nb: 0x10\n', 'x').documents.map(({ value, line }) => [value, line]),
    [
      [{ a: 1 }, 1],
      [{ b: 16 }, 4],
    ],
  )
  assert.equal(readDocuments('%YAML 1.1\n---\na: 1\n---\nb: 1\n', 'x').mistakes.length, 1)
})
