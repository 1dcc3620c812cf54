import { isAlias, isMap, isNode, isScalar, isSeq, visit, type Document, type Node, type YAMLError, type YAMLMap } from 'yaml'
import { nameOfSpace, oddSpace, type Mistake } from './text.ts'

type Place = (offset: number) => { line: number; column: number }

const indented = new RegExp(`^[ \\t]*(?:- +)*([${oddSpace}])`)
const afterSign = new RegExp(`^\\s*(?:- +)*(?:[^\\s'"#:{[]+:|-)([${oddSpace}])`)

/** What keeps one document from being taken as it was meant, in words: what the reader refuses, and what it would take for something else. */
export function findMistakes(document: Document.Parsed, text: string, place: Place): Mistake[] {
  if (document.directives.yaml.explicit && document.directives.yaml.version !== '1.2') {
    const message = `%YAML ${document.directives.yaml.version} changes what words mean (no, on, 10:30): take this line out, files are read as YAML 1.2`
    return [{ ...place(Math.max(0, text.indexOf('%YAML'))), message }]
  }
  const odd = oddSpaces(document, place)
  if (document.errors.length > 0) {
    const inLines = odd.length > 0 ? odd : oddLines(document, text, place)
    if (inLines.length > 0) return inLines
    // What a tab makes of the lines after it was not meant.
    const tabs = document.errors.filter(({ code }) => code === 'TAB_AS_INDENT')
    const errors = tabs.length > 0 ? tabs : document.errors
    return firstOfEachLine(errors.map((error) => ({ ...place(startOf(error, document)), message: inWords(error, document, place) })))
  }
  const tags = document.warnings
    .filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
    .map(({ pos, message }) => ({
      ...place(pos[0]),
      message: `the tag ${/!\S+/.exec(message)?.[0] ?? ''} means nothing here: take it out`,
    }))
  return [...odd, ...tags, ...olderTags(document, place), ...referenceMistakes(document, place)]
}

/** One mistake often has more than one error. */
const firstOfEachLine = (mistakes: Mistake[]): Mistake[] =>
  mistakes.filter(({ line }, index) => mistakes.findIndex((other) => other.line === line) === index)

/** A quote that is not closed is found at the end of the file, and to be fixed where it was opened. */
function startOf({ code, message, pos }: YAMLError, document: Document.Parsed): number {
  let start = pos[0]
  if (code !== 'MISSING_CHAR' || !message.includes('quote')) return start
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') && range && range[0] <= pos[0]) start = range[0]
    },
  })
  return start
}

/** The words of the library, where they do not say what to do. */
function inWords({ code, message, pos }: YAMLError, document: Document.Parsed, place: Place): string {
  const said = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab as indentation: YAML takes spaces only'
    case 'DUPLICATE_KEY': {
      const { name, before } = twice(document, pos[0])
      return `'${name}' stands here a second time${before === null ? '' : `, after line ${place(before).line}`}: keep one of them`
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return "a key stands in or under what is a value already: put a text that has ': ' in quotes, and look at the indentation"
    case 'MULTILINE_IMPLICIT_KEY':
      return "no ': ' follows what stands here: write it as 'key: value', with a space after the colon"
    case 'BAD_SCALAR_START':
      return `${said.replace('Plain value', 'a text without quotes').replace('start', 'begin')}: put it in quotes`
    case 'BAD_INDENT':
      return `${said}: check the spaces at the beginning of this line and of the previous one`
    case 'MISSING_CHAR':
      return said.includes('quote') ? 'the quote that opens here is not closed' : said
    default:
      return said
  }
}

/** The key at an offset, and where it stood before in the same map. */
function twice(document: Document.Parsed, offset: number): { name: string; before: number | null } {
  let result: { name: string; before: number | null } = { name: '', before: null }
  visit(document, {
    Map(_, map) {
      const keys = (map as YAMLMap<Node>).items.map(({ key }) => key)
      const second = keys.find((key) => key.range?.[0] === offset)
      if (!isScalar(second)) return
      const first = keys.find((key) => isScalar(key) && key.value === second.value)
      result = { name: String(second.value), before: first?.range?.[0] ?? null }
      return visit.BREAK
    },
  })
  return result
}

/** Words without quotes that begin or end with a space which is none to YAML, or have one where a space would part key and value. */
function oddSpaces(document: Document.Parsed, place: Place): Mistake[] {
  const mistakes: Mistake[] = []
  const begins = new RegExp(`^-?[${oddSpace}]`)
  const parts = new RegExp(`^[^\\s:]+:[${oddSpace}]`)
  const ends = new RegExp(`^[^ ]*[${oddSpace}]$`)
  visit(document, {
    Scalar(_, { source, type, range }) {
      if (type !== 'PLAIN' || source === undefined || !range) return
      const found = begins.exec(source) ?? parts.exec(source) ?? ends.exec(source)
      if (!found) return
      const at = found[0].length - 1
      mistakes.push(told(found[0].at(-1) ?? '', place(range[0] + at)))
    },
  })
  return mistakes
}

/** Lines that begin with such a space, where the document cannot be read: it is why. */
function oddLines(document: Document.Parsed, text: string, place: Place): Mistake[] {
  const last = Math.max(...document.errors.map(({ pos }) => place(pos[0]).line)) + 1
  return text
    .split('\n')
    .slice(0, last)
    .flatMap((line, index) => {
      const found = indented.exec(line) ?? afterSign.exec(line)
      return found ? [told(found[1] ?? '', { line: index + 1, column: found[0].length })] : []
    })
}

const told = (character: string, place: { line: number; column: number }): Mistake => ({
  ...place,
  message: `${nameOfSpace(character)} stands here, which YAML takes for a letter: write a plain space`,
})

const older = /^tag:yaml\.org,2002:(binary|omap|pairs|set|timestamp)$/

/** Tags of YAML 1.1, which make of a node what is neither text nor number, list or map. */
function olderTags(document: Document.Parsed, place: Place): Mistake[] {
  const mistakes: Mistake[] = []
  visit(document, {
    Node(_, { tag, range }) {
      const name = older.exec(tag ?? '')?.[1]
      if (name !== undefined)
        mistakes.push({
          ...place(range?.[0] ?? 0),
          message: `the tag !!${name} of YAML 1.1 is not taken: write the text, list or map itself`,
        })
    },
  })
  return mistakes
}

/** Aliases that lead nowhere or to themselves, merges of what is no map, keys that are no words, and escapes of what is no character. */
function referenceMistakes(document: Document.Parsed, place: Place): Mistake[] {
  const mistakes: Mistake[] = []
  const tell = (node: Node, message: string) => void mistakes.push({ ...place(node.range?.[0] ?? 0), message })
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && /(?![\t\n\r])\p{Cc}|\p{Surrogate}/u.test(scalar.value))
        tell(scalar, 'an escape in this text stands for no character (NUL, another control character, or half of one): take it out')
    },
    Alias(_, alias, path) {
      const target = alias.resolve(document)
      if (target === undefined) tell(alias, `there is no anchor &${alias.source} before this`)
      else if (path.some((ancestor) => ancestor === target)) tell(alias, `*${alias.source} stands in what it stands for`)
    },
    Map(_, map) {
      const merges = map.items.filter(({ key }) => isScalar(key) && key.source === '<<' && key.type === 'PLAIN')
      merges.forEach(({ key, value }, index) => {
        if (index > 0) tell(key as Node, "'<<' stands here a second time: write <<: [*one, *other]")
        const merged = isAlias(value) ? value.resolve(document) : value
        const sources = isSeq(merged) ? merged.items.map((item) => (isAlias(item) ? item.resolve(document) : item)) : [merged]
        if (!sources.every(isMap) && isNode(key)) tell(key, "'<<' takes a map, an alias of one (*name), or a list of them")
      })
      for (const { key } of map.items) {
        if (isNode(key) && !isScalar(key))
          tell(key, "a list or a map stands where a key should: put text with '{' or '[' in quotes, and render templates first")
      }
    },
  })
  return mistakes
}
