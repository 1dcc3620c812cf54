import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createGzip } from 'node:zlib'
import { buffer } from 'node:stream/consumers'
import tar from 'tar-stream'
import { z } from 'zod'
import { needsTerminal, type Scenario } from '../../model/scenario.ts'
import { scenarioId } from '../../model/scenario-kinds.ts'
import { explainIssues } from '../../model/yaml/explain.ts'
import { readDocument } from '../../model/yaml/read.ts'
import { checkScenario, describeProblem, type Vocabulary } from '../scenarios.ts'
import { readPackFiles } from './files.ts'
import { signerOf } from './sign.ts'

/** `pack.yaml`. */
const packSchema = z.strictObject({
  id: scenarioId,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'three numbers, such as 1.0.0'),
  title: z.string().min(1).max(80),
  about: z.string().max(500).optional(),
})
type PackHead = z.output<typeof packSchema>

export interface CheckedPack {
  head: PackHead | null
  scenarios: Scenario[]
  files: ReadonlyMap<string, Buffer>
  /** The hash of the key that signed it; null without a signature. */
  signer: string | null
  /** Why it is refused; empty for a valid pack. */
  problems: string[]
}

interface Given {
  /** Ids of existing scenarios. */
  taken: ReadonlySet<string>
  vocabulary?: Vocabulary
  /** A public key in PEM: a pack without its signature is refused. */
  trusted?: string | undefined
}

/** Reads a pack from a folder or an archive, and reports everything that is wrong with it. */
export async function checkPack(source: string, { taken, vocabulary, trusted }: Given): Promise<CheckedPack> {
  const { files, problems } = await readPackFiles(source)
  if (files.size === 0 && problems.length > fewProblems) return noPack(problems)
  const head = headIn(files, problems)
  const { signer, problem } = signerOf(files, trusted)
  if (problem !== null) problems.push(problem)
  const ids = [...new Set([...files.keys()].flatMap((name) => /^scenarios\/([^/]+)\//.exec(name)?.[1] ?? []))].toSorted()
  if (ids.length === 0) problems.push('it has no scenarios: put each into a folder scenarios/ID')
  const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-pack-'))
  try {
    // Only files with an allowed name can be written.
    writeFiles(folder, files)
    const scenarios = ids.flatMap((id) => {
      if (taken.has(id)) problems.push(`scenarios/${id}: there is a scenario of this id already: give it another one`)
      const checked = checkScenario(path.join(folder, 'scenarios', id), vocabulary)
      for (const found of checked.problems.filter(({ level }) => level === 'error'))
        problems.push(describeProblem({ ...found, file: path.relative(folder, found.file) }))
      if (checked.scenario && needsTerminal(checked.scenario))
        problems.push(`scenarios/${id}/scenario.yaml: the solution runs a command in a terminal, and a pack has no code: write an action`)
      return checked.scenario ?? []
    })
    return { head, scenarios, files, signer, problems }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reads several packs, which must not share a scenario. */
export async function checkPacks(sources: readonly string[], { taken, ...given }: Given): Promise<(CheckedPack & { source: string })[]> {
  const known = new Set(taken)
  const checked: (CheckedPack & { source: string })[] = []
  for (const source of sources) {
    const pack = await checkPack(source, { ...given, taken: known })
    if (checked.some(({ head }) => head && head.id === pack.head?.id))
      pack.problems.push(`a pack of the id '${pack.head?.id}' was given already`)
    for (const { id } of pack.scenarios) known.add(id)
    checked.push({ source, ...pack })
  }
  return checked
}

export function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, bytes, { mode: 0o600 })
  }
}

/** An archive of these files: the same files make the same bytes. */
export async function archiveOf(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const pack = tar.pack()
  for (const name of [...files.keys()].toSorted()) pack.entry({ name, mtime: new Date(0), mode: 0o644 }, files.get(name))
  pack.finalize()
  return buffer(pack.pipe(createGzip()))
}

/** For an author who names another folder or archive by mistake; a few misplaced files are reported one by one. */
const fewProblems = 5
const noPack = (problems: readonly string[]): CheckedPack => ({
  head: null,
  files: new Map(),
  scenarios: [],
  signer: null,
  problems: [`it is no pack: none of its ${problems.length} files belongs in one; the first: ${problems[0]}`],
})

function headIn(files: ReadonlyMap<string, Buffer>, problems: string[]): PackHead | null {
  const bytes = files.get('pack.yaml')
  if (!bytes) {
    problems.push('pack.yaml is missing: write id, version and title')
    return null
  }
  const { document, mistakes } = readDocument(bytes, 'a pack')
  problems.push(...mistakes.map((mistake) => describeProblem({ level: 'error', file: 'pack.yaml', at: '', ...mistake })))
  if (!document) return null
  const parsed = packSchema.safeParse(document.value)
  for (const { path: _, ...mistake } of explainIssues(parsed.error?.issues ?? [], document.value, document, packSchema))
    problems.push(describeProblem({ level: 'error', file: 'pack.yaml', ...mistake }))
  return parsed.data ?? null
}
