import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync, type ParseResult } from 'vite'

interface Source {
  text: string
  parsed: ParseResult
  /** Ranges that do not count as code, in file order. */
  ignored: Ignored[]
}

/** A range of offsets, and its replacement. */
interface Ignored {
  start: number
  end: number
  as: string
}

/** Source files of a checkout, each read and parsed once. Paths are relative to its root, with slashes. */
export class Sources {
  readonly #root: string
  readonly #read = new Map<string, Source>()
  constructor(root: string) {
    this.#root = root
  }

  has(file: string): boolean {
    return existsSync(path.join(this.#root, file))
  }

  /** The file and everything that it imports, directly or not, that `within` accepts. Type-only imports have no effect at run time. */
  closure(file: string, within: (file: string) => boolean, found = new Set<string>()): Set<string> {
    if (found.has(file)) return found
    found.add(file)
    for (const { file: imported } of this.imports(file)) if (within(imported)) this.closure(imported, within, found)
    return found
  }

  /**
   * The code of a file without comments, descriptions of schemas and layout, none of which changes its behaviour. Any white space becomes one blank;
   * between tokens without white space, a line break counts, and so does a trailing comma.
   */
  code(file: string): string {
    const { text } = this.#source(file)
    return this.#bare(file, 0, text.length)
  }

  /** One entry of an exported object, with every declaration of that file which it needs; null if there is no such entry. */
  entry(file: string, name: string, key: string): { code: string; imported: string[] } | null {
    const { parsed } = this.#source(file)
    const declared = new Map<string, { start: number; end: number }>()
    let entry: { start: number; end: number } | null = null
    for (const statement of parsed.program.body) {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
      if (declaration?.type === 'FunctionDeclaration' || declaration?.type === 'ClassDeclaration') {
        if (declaration.id) declared.set(declaration.id.name, declaration)
      }
      if (declaration?.type !== 'VariableDeclaration') continue
      for (const { id, init, start, end } of declaration.declarations) {
        if (id.type !== 'Identifier') continue
        if (id.name !== name) declared.set(id.name, { start, end })
        else if (init?.type === 'ObjectExpression') {
          for (const property of init.properties)
            if (property.type === 'Property' && property.key.type === 'Literal' && property.key.value === key) entry = property
        }
      }
    }
    if (!entry) return null
    const needed = [this.#bare(file, entry.start, entry.end)]
    const seen = new Set<string>()
    const imports = new Map(this.imports(file).flatMap(({ file: from, names }) => names.map((local) => [local, from] as const)))
    const imported = new Set<string>()
    for (const code of needed) {
      for (const [word] of code.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
        if (seen.has(word)) continue
        seen.add(word)
        const declaration = declared.get(word)
        if (declaration) needed.push(this.#bare(file, declaration.start, declaration.end))
        const from = imports.get(word)
        if (from) imported.add(from)
      }
    }
    return { code: needed.join('\n'), imported: [...imported] }
  }

  /** The files of the checkout that one imports for more than types, and the names that it imports. */
  imports(file: string): { file: string; names: string[] }[] {
    const { staticImports, staticExports } = this.#source(file).parsed.module
    const requests = [
      ...staticImports
        .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
        .map(({ moduleRequest, entries }) => ({ from: moduleRequest.value, names: entries.map(({ localName }) => localName.value) })),
      ...staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) => (moduleRequest && !isType ? [{ from: moduleRequest.value, names: [] }] : [])),
      ),
    ]
    return requests
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from, names }) => ({ file: path.posix.join(path.posix.dirname(file), from), names }))
  }

  #source(file: string): Source {
    let source = this.#read.get(file)
    if (!source) {
      const text = readFileSync(path.join(this.#root, file), 'utf8').replaceAll('\r\n', '\n')
      const parsed = parseSync(file, text)
      if (parsed.errors[0]) throw new Error(`${file} cannot be parsed: ${parsed.errors[0].message}`)
      const comments = parsed.comments.map(({ start, end }) => ({ start, end, as: ' ' }))
      const ignored = [...comments, ...descriptionsIn(parsed.program)].toSorted((a, b) => a.start - b.start)
      source = { text, parsed, ignored }
      this.#read.set(file, source)
    }
    return source
  }

  #bare(file: string, start: number, end: number): string {
    const { text, ignored } = this.#source(file)
    let code = ''
    let from = start
    for (const part of ignored) {
      if (part.start < from || part.end > end) continue
      code += text.slice(from, part.start) + part.as
      from = part.end
    }
    return (code + text.slice(from, end)).replaceAll(/\s+/g, ' ').trim()
  }
}

const functions = new Set(['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression'])

/**
 * Each `.describe('text')` of a module, with whatever stands between it and what it describes. Not those inside functions: schemas are made where a
 * file is loaded, and a function may call a method of this name that does something.
 */
function descriptionsIn(node: unknown): Ignored[] {
  if (Array.isArray(node)) return node.flatMap(descriptionsIn)
  if (!isNode(node) || functions.has(node.type)) return []
  const own = describedBy(node)
  return [...(own ? [own] : []), ...Object.values(node).flatMap(descriptionsIn)]
}

interface Node extends Record<string, unknown> {
  type: string
  start: number
  end: number
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

function describedBy({ type, callee, arguments: given, optional, end }: Node): Ignored | null {
  if (type !== 'CallExpression' || optional === true || !isNode(callee) || !Array.isArray(given)) return null
  const { object, property, computed, optional: isOptional } = callee
  if (callee.type !== 'MemberExpression' || computed === true || isOptional === true || !isNode(object) || !isNode(property)) return null
  return property['name'] === 'describe' && given.length === 1 && isPlainText(given[0]) ? { start: object.end, end, as: '' } : null
}

/** A string, or a template without placeholders. */
const isPlainText = (node: unknown): boolean =>
  isNode(node) &&
  ((node.type === 'Literal' && typeof node['value'] === 'string') ||
    (node.type === 'TemplateLiteral' && Array.isArray(node['expressions']) && node['expressions'].length === 0))

/** The first 16 hexadecimal digits of a text's SHA-256. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
