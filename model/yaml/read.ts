import {
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml'
import { findMistakes } from './structure.ts'
import { byPlace, textOf, type Mistake } from './text.ts'

/** How every file of a person is read: YAML 1.2, with merge keys. */
const yamlOptions = { merge: true, logLevel: 'error', version: '1.2' } as const

/** One document of a file, with the place of everything in it. */
export interface YamlDocument {
  value: unknown
  /** Where it begins. */
  line: number
  /** Where something is; of what is not there, where it would be. */
  placeOf(path: readonly PropertyKey[]): { line: number; column: number }
  /** Where a key stands, rather than its value. */
  placeOfKey(path: readonly PropertyKey[]): { line: number; column: number }
  /** A scalar as it was written, without quotes. */
  sourceOf(path: readonly PropertyKey[]): string | undefined
  /** By which it can be changed and written again. */
  document: Document.Parsed
}

/** The documents of a text that is known to be sound, to be edited and written again; empty ones are left out. */
export function documentsOf(text: string): Document.Parsed[] {
  return [...parseAllDocuments(text, yamlOptions)].filter((document): document is Document.Parsed => document.contents !== null)
}

/** Reads a file whose documents are all wanted. Where there is a mistake, there are no documents. */
export function readDocuments(source: Uint8Array | string, what: string): { documents: YamlDocument[]; mistakes: Mistake[] } {
  const { text, mistakes } = textOf(source)
  if (mistakes.length > 0) return { documents: [], mistakes }
  const lines = new LineCounter()
  const parsed = [...parseAllDocuments(text, { ...yamlOptions, lineCounter: lines })]
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const found = parsed.flatMap((document) => findMistakes(document, text, place))
  // A directive holds for the documents after it as well.
  const once = found.filter(
    ({ line, message }, index) => found.findIndex((other) => other.line === line && other.message === message) === index,
  )
  if (once.length > 0) return { documents: [], mistakes: once.toSorted(byPlace) }
  const documents: YamlDocument[] = []
  for (const document of parsed) {
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) continue
    const start = place(document.contents.range[0])
    try {
      documents.push({ value: document.toJS(), line: start.line, document, ...places(document, place) })
    } catch (error) {
      const reason =
        error instanceof Error && error.message.startsWith('Excessive alias') ? 'its aliases (*) stand for too much' : String(error)
      return { documents: [], mistakes: [{ ...start, message: `${reason}: write it without` }] }
    }
  }
  if (documents.length > 0) return { documents, mistakes: [] }
  const message =
    text.trim() === '' ? 'the file is empty' : /^\s*[^#\s]/m.test(text) ? 'the file says nothing' : 'the file has nothing but comments'
  return { documents: [], mistakes: [{ line: 1, column: 1, message: `${message}: write ${what}` }] }
}

/** Reads a file that has one document. */
export function readDocument(source: Uint8Array | string, what: string): { document: YamlDocument | null; mistakes: Mistake[] } {
  const { documents, mistakes } = readDocuments(source, what)
  const [document = null, second] = documents
  if (!second) return { document, mistakes }
  const message = `a second document begins here, after '---': ${what} is one document`
  return { document: null, mistakes: [{ line: second.line, column: 1, message }] }
}

function places(document: Document.Parsed, place: (offset: number) => { line: number; column: number }) {
  const placeOf = (path: readonly PropertyKey[], key: boolean) => {
    for (let depth = path.length; depth > 0; depth--) {
      const found = step(document, path.slice(0, depth))
      const node = depth === path.length && key ? (found?.key ?? found?.value) : (found?.value ?? found?.key)
      if (node?.range) return place(node.range[0])
    }
    return place((document.contents as ParsedNode).range[0])
  }
  return {
    placeOf: (path: readonly PropertyKey[]) => placeOf(path, false),
    placeOfKey: (path: readonly PropertyKey[]) => placeOf(path, true),
    sourceOf: (path: readonly PropertyKey[]) => {
      const node = path.length === 0 ? document.contents : step(document, path)?.value
      return isScalar(node) && typeof node.source === 'string' ? node.source : undefined
    },
  }
}

interface Found {
  key: Node | null
  value: Node | null
}

/** What is at a path, through aliases and merged maps. */
function step(document: Document.Parsed, path: readonly PropertyKey[]): Found | null {
  let found: Found = { key: null, value: document.contents }
  for (const key of path) {
    const next = within(document, found.value, String(key), 0)
    if (!next) return null
    found = next
  }
  return found
}

function within(document: Document.Parsed, given: Node | null, key: string, depth: number): Found | null {
  const node = isAlias(given) ? given.resolve(document) : given
  if (!isCollection(node) || depth > 20) return null
  if (isSeq(node)) {
    const item = node.items[Number(key)]
    return isNode(item) ? { key: null, value: item } : null
  }
  if (!isMap(node)) return null
  for (const pair of node.items) {
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key)
      return { key: pair.key, value: isNode(pair.value) ? pair.value : null }
  }
  for (const pair of node.items) {
    if (!isScalar(pair.key) || pair.key.source !== '<<' || !isNode(pair.value)) continue
    const merged = isAlias(pair.value) ? pair.value.resolve(document) : pair.value
    for (const each of isSeq(merged) ? merged.items : [merged]) {
      const inherited = within(document, isNode(each) ? each : null, key, depth + 1)
      if (inherited) return inherited
    }
  }
  return null
}
