/** What a file exports is for others: what none imports is a promise to nobody. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseSync } from 'vite'

const root = path.join(import.meta.dirname, '..')
const folders = 'model,shop,range,shell,observability,load,people,drills,coach,console,control,bench,cli,deploy,test'

/** Exports that nothing imports by name, and why they stay. */
const exempt: Record<string, string> = {
  'console/vite.config.ts: default': 'Vite loads it by its path',
  'range/bundle/traces.ts: traceSources': 'each bundle begins with it, by its path',
  ...Object.fromEntries(
    [
      'drills/canary.ts: joinTraffic',
      'drills/database-sequences.ts: Sequence',
      'drills/jobs.ts: JobRun',
      'drills/table-copy.ts: TableName',
    ].map((name) => [name, 'proofs of scenarios cover this file, and would be stale without the word']),
  ),
}

interface Exported {
  file: string
  name: string
}

/** The names that files export, each as `file: name`, and of those the ones that no other file imports; values and types alike. */
function exportsOf(files: ReadonlyMap<string, string>): { all: string[]; unused: string[] } {
  const exported: Exported[] = []
  const used = new Set<string>()
  /** Files that hand on all that another exports, by that other. */
  const handedOn = new Map<string, string[]>()
  const all = new Set<string>()
  const loaded: { file: string; by: string }[] = []
  for (const [file, text] of files) {
    const at = (request: string) => path.posix.join(path.posix.dirname(file), request)
    const { errors, module } = parseSync(file, text)
    if (errors[0]) throw new Error(`${file} cannot be parsed: ${errors[0].message}`)
    for (const { moduleRequest, entries } of module.staticImports)
      for (const { importName } of entries) {
        if (importName.kind === 'NamespaceObject') all.add(at(moduleRequest.value))
        else used.add(`${at(moduleRequest.value)}: ${importName.name ?? 'default'}`)
      }
    for (const { entries } of module.staticExports)
      for (const { moduleRequest, importName, exportName } of entries) {
        if (exportName.kind !== 'None') exported.push({ file, name: exportName.name ?? 'default' })
        if (!moduleRequest) continue
        const from = at(moduleRequest.value)
        if (importName.kind === 'Name') used.add(`${from}: ${importName.name}`)
        else handedOn.set(from, [...(handedOn.get(from) ?? []), file])
      }
    // Loaded late, or only for a type: which names are taken from it is not said in one place.
    for (const [, request = ''] of text.matchAll(/\bimport\(\s*'(\.[^']+)'/g)) loaded.push({ file: at(request), by: file })
  }
  const isUsed = ({ file, name }: Exported): boolean =>
    all.has(file) ||
    used.has(`${file}: ${name}`) ||
    (handedOn.get(file) ?? []).some((by) => isUsed({ file: by, name })) ||
    loaded.some((each) => each.file === file && new RegExp(`\\b${RegExp.escape(name)}\\b`).test(files.get(each.by) ?? ''))
  const named = ({ file, name }: Exported) => `${file}: ${name}`
  return { all: exported.map(named), unused: exported.filter((each) => !isUsed(each)).map(named) }
}

test('every export is imported somewhere', () => {
  const files = globSync(`{${folders}}/**/*.{ts,tsx}`, { cwd: root, exclude: ['console/dist/**'] })
  const { all, unused } = exportsOf(new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')])))
  assert.ok(all.length > 1_000, `${all.length} exports`)
  assert.deepEqual(unused.toSorted(), Object.keys(exempt).toSorted())
})

test('what counts as an import', () => {
  const { all, unused } = exportsOf(
    new Map([
      ['a/all.ts', 'export const one = 1'],
      ['a/some.ts', 'export const two = 2, three = 3\nexport type Two = typeof two\nexport interface Three {}'],
      ['a/on.ts', "export * from './some.ts'\nexport { four as vier } from './late.ts'"],
      ['a/late.ts', 'export function four() {}\nexport class Five {}\nexport default 6'],
      [
        'b/user.ts',
        "import * as all from '../a/all.ts'\nimport { three, type Two } from '../a/on.ts'\nconst { Five } = await import('../a/late.ts')",
      ],
    ]),
  )
  assert.equal(all.length, 9)
  assert.deepEqual(unused.toSorted(), ['a/late.ts: default', 'a/on.ts: vier', 'a/some.ts: Three', 'a/some.ts: two'])
})
