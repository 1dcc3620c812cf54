/**
 * Mutation testing: changes the code in one place at a time, in a copy of the checkout, and runs the tests that import it.
 * `node test/mutate.ts FOLDER|FILE… [--sample N] [--seed S]`
 */
import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Sources } from '../control/proof/source.ts'
import { mutantsIn, withMutant, type Mutant } from './mutation/mutants.ts'
import { chosen } from './seed.ts'

const root = path.resolve(import.meta.dirname, '..')
/** Limits for the tests of one mutant: total CPU time, however busy the machine is, and number: distant tests rarely notice it. */
const budgetMs = 12_000
/** A test that takes longer than this is left out; on a busy machine, one that needs little CPU may take minutes. */
const longestMs = 600_000
const mostTests = 6
/** How many candidates are tried for that: some take too long, or fail in a copy. */
const mostTried = 10
/** A test hangs if it takes this many times longer than without a mutant, and at least this much. */
const slowerBy = 3
const spareMs = 5_000
/** Its hashes of the sources change with each mutant. */
const hashed = 'control/proof/proof.test.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string', default: '1' } },
})
if (positionals.length === 0) {
  process.stderr.write('name what is to be mutated: node test/mutate.ts FOLDER|FILE… [--sample N] [--seed S]\n')
  process.exit(2)
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const files = positionals
  .flatMap((given) => (statSync(path.join(root, given)).isDirectory() ? globSync(`${given}/**/*.ts`, { cwd: root }) : [given]))
  .map((file) => path.posix.normalize(file))
  .filter((file) => !isTest(file) && !file.endsWith('.d.ts'))
const all = [...new Set(files)].toSorted().flatMap((file) => mutantsIn(file, readFileSync(path.join(root, file), 'utf8')))
const mutants = values.sample === undefined ? all : chosen(all, Number(values.sample), Number(values.seed))

/** A copy, so that the checkout stays unchanged, however this ends. */
const copy = mkdtempSync(path.join(tmpdir(), 'firedrill-mutants-'))
const discard = () => rmSync(copy, { recursive: true, force: true, maxRetries: 10 })
process.once('exit', discard)
const left = new Set(['node_modules', '.git', '.cache', 'dist'])
cpSync(root, copy, { recursive: true, filter: (from) => !left.has(path.basename(from)) })
symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))

/** The importers of each file. */
const importers = new Map<string, string[]>()
const sources = new Sources(root)
for (const file of globSync('{model,shop,shell,range,observability,drills,people,coach,control,cli,bench,test}/**/*.ts', { cwd: root })) {
  if (/^test\/(acceptance|browser)\//.test(file) || file.endsWith('.d.ts')) continue
  for (const { file: imported } of sources.imports(file)) importers.set(imported, [...(importers.get(imported) ?? []), file])
}

/** Of two tests at the same distance, one in the same folder notices more, and one that names the file even more. */
const nearness = (test: string, file: string): number =>
  Number(path.dirname(test) === path.dirname(file)) +
  2 * Number(readFileSync(path.join(root, test), 'utf8').includes(path.basename(file, '.ts')))

/** The tests of a file, the closest by imports first; the one beside it is the first of all. */
function testsOf(file: string): string[] {
  const seen = new Set([file])
  const tests: string[] = []
  for (let level = [file]; level.length > 0;) {
    const next = [...new Set(level.flatMap((each) => importers.get(each) ?? []))].filter((each) => !seen.has(each))
    for (const each of next) seen.add(each)
    const found = next.filter(isTest).filter((each) => each !== hashed || file.startsWith('control/proof/'))
    tests.push(...found.toSorted((a, b) => nearness(b, file) - nearness(a, file)))
    level = next
  }
  const beside = file.replace(/\.ts$/, '.test.ts')
  return tests.includes(beside) ? [beside, ...tests.filter((each) => each !== beside)] : tests
}

/** How long a test takes without a mutant, in total and of CPU; null if it fails here. */
const known = new Map<string, { ms: number; cpuMs: number } | null>()
async function usualOf(test: string): Promise<{ ms: number; cpuMs: number } | null> {
  const before = known.get(test)
  if (before !== undefined) return before
  const [from, cpuFrom] = [performance.now(), cpuMsOfTests()]
  const passes = (await run(test, longestMs)) === 'passes'
  const usual = passes ? { ms: performance.now() - from, cpuMs: cpuMsOfTests() - cpuFrom } : null
  known.set(test, usual)
  return usual
}

/** CPU time of all tests so far: that of ended children, in hundredths of a second, in `/proc/self/stat` (proc(5)). */
function cpuMsOfTests(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[13]) + Number(fields[14]))
}

type Outcome = 'passes' | 'fails' | 'hangs'

/** The result of a test within that time; its children are stopped with it. */
function run(test: string, withinMs: number): Promise<Outcome> {
  const child = spawn(process.execPath, [test], {
    cwd: copy,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, FIREDRILL_SEED: '1', FIREDRILL_FUZZ_SECONDS: '0.5' },
  })
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has exited by itself.
    }
  }
  process.prependOnceListener('exit', end)
  let hangs = false
  const timer = setTimeout(() => {
    hangs = true
    end()
  }, withinMs)
  return new Promise((resolve) =>
    child.once('exit', (code) => {
      clearTimeout(timer)
      process.off('exit', end)
      end()
      resolve(hangs ? 'hangs' : code === 0 ? 'passes' : 'fails')
    }),
  )
}

/**
 * The result of a test with a mutant. On a busy machine it may be slow by itself: it counts as hanging if it is too slow twice, and passes without
 * the mutant in between.
 */
async function withMutantIn(file: string, mutated: string, test: string, usualMs: number): Promise<Outcome> {
  const source = readFileSync(path.join(root, file), 'utf8')
  for (let withinMs = usualMs * slowerBy + spareMs, hung = 0; ; withinMs *= 2) {
    writeFileSync(path.join(copy, file), mutated)
    const outcome = await run(test, withinMs).finally(() => writeFileSync(path.join(copy, file), source))
    if (outcome !== 'hangs' || ++hung === 2) return outcome
    if ((await run(test, withinMs)) !== 'passes') hung = 0
  }
}

/** The result for a mutant: a test fails, or hangs; all pass; or there is no test to run. */
async function fateOf(mutant: Mutant): Promise<Fate> {
  const mutated = withMutant(readFileSync(path.join(root, mutant.file), 'utf8'), mutant)
  let spentMs = 0
  let ran = 0
  for (const test of testsOf(mutant.file).slice(0, mostTried)) {
    const usual = await usualOf(test)
    if (usual === null || spentMs + usual.cpuMs > budgetMs) continue
    if (ran === mostTests) break
    spentMs += usual.cpuMs
    ran++
    const outcome = await withMutantIn(mutant.file, mutated, test, usual.ms)
    if (outcome !== 'passes') return outcome === 'fails' ? 'killed' : 'hung'
  }
  return ran > 0 ? 'survived' : 'no test'
}

type Fate = 'killed' | 'hung' | 'survived' | 'no test'
type Count = { killed: number; of: number }
const counts = new Map<string, Count>()
function report(): void {
  const line = (name: string, { killed, of }: Count): string =>
    `${String(Math.round((100 * killed) / of)).padStart(4)} %  ${String(killed).padStart(4)} of ${String(of).padEnd(4)}  ${name}\n`
  const sum = (entries: Count[]) =>
    entries.reduce((total, { killed, of }) => ({ killed: total.killed + killed, of: total.of + of }), { killed: 0, of: 0 })
  process.stdout.write('\nkilled\n')
  for (const [file, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) process.stdout.write(line(file, count))
  for (const [folder, of] of Map.groupBy(counts, ([file]) => file.split('/')[0] ?? ''))
    process.stdout.write(line(`${folder}/`, sum(of.map(([, count]) => count))))
  process.stdout.write(line('all', sum([...counts.values()])))
  for (const [test, usual] of known)
    if (usual === null) process.stdout.write(`left out, as it fails or takes too long without a mutant: ${test}\n`)
}
// If it is interrupted, the results so far are printed.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    report()
    process.exit(130)
  })
const shown = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 90)
process.stdout.write(`${mutants.length} of ${all.length} mutants\n`)
for (const mutant of mutants) {
  const fate = await fateOf(mutant)
  const count = counts.get(mutant.file) ?? { killed: 0, of: 0 }
  counts.set(mutant.file, { killed: count.killed + Number(fate === 'killed' || fate === 'hung'), of: count.of + 1 })
  if (fate !== 'killed')
    process.stdout.write(`${fate.padEnd(8)}  ${mutant.file}:${mutant.line}  ${shown(mutant.from)}  →  ${shown(mutant.to)}\n`)
}
report()
