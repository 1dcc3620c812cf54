/** Runs the named suites (by default all), prints the time of each file and what was skipped, and ends with `N passed, N failed`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { stripVTControlCharacters } from 'node:util'
import { inSeconds } from '../model/units.ts'
import { elsewhere, filesOf, missingFor } from './elsewhere.ts'
import { seed } from './seed.ts'

const root = path.resolve(import.meta.dirname, '..')
const unit = globSync('{model,shop,shell,range,observability,drills,people,coach,control,cli,console/src,bench,test}/**/*.test.ts', {
  cwd: root,
  exclude: ['test/acceptance/**', 'test/browser/**'],
})
/** These measure times, with real proxies and a real database: nothing else runs meanwhile. */
const timed = unit.filter((file) =>
  /^(range[/\\]mesh[/\\](conformance[/\\]|data-plane)|observability[/\\]store[/\\]|coach[/\\]agent[/\\])/.test(file),
)
const acceptance = globSync('test/acceptance/*.test.ts', { cwd: root }).toSorted()
const browser = globSync('test/browser/*.test.ts', { cwd: root })
/** Needs the range that the acceptance tests share. */
const onRange = browser.filter((file) => /[/\\]drill\.test\.ts$/.test(file))
/** These stop it: later files would have to start it again. */
const endsRange = acceptance.filter((file) => /[/\\](6-verify|[7-9]-[a-z]+)\.test\.ts$/.test(file))
/** One does not affect the other, whose drill waits for most of its time. */
const together = /[/\\]5-(coach|wrong-files)\.test\.ts$/

interface Part {
  files: string[]
  concurrency: number
}

/** Files that share a range: one after another, apart from those two. */
function inTurn(files: readonly string[]): Part[] {
  const at = files.findIndex((file) => together.test(file))
  const others = (some: readonly string[]): Part => ({ files: some.filter((file) => !together.test(file)), concurrency: 1 })
  return [others(files.slice(0, at)), { files: files.filter((file) => together.test(file)), concurrency: 2 }, others(files.slice(at))]
}

const suites: Record<string, Part[]> = {
  unit: [
    { files: unit.filter((file) => !timed.includes(file)), concurrency: 2 },
    { files: timed, concurrency: 1 },
  ],
  acceptance: inTurn(acceptance),
  browser: [{ files: browser, concurrency: 1 }],
}
/** A range leaves enough CPU for suites that need none: in the whole run they run in parallel, and the range has priority. */
const rangeName = 'with a range'
const whole: typeof suites = {
  alone: [{ files: timed, concurrency: 1 }],
  [rangeName]: inTurn([...acceptance.filter((file) => !endsRange.includes(file)), ...onRange, ...endsRange]),
}
const besideName = 'beside'
const beside: typeof suites = {
  unit: [{ files: unit.filter((file) => !timed.includes(file)), concurrency: 2 }],
  browser: [{ files: browser.filter((file) => !onRange.includes(file)), concurrency: 1 }],
}
/** A lower priority than usual, as for work beside a drill. */
const besidePriority = 10
/** Each property in these is tested for a few seconds among the others, and for the given time if they are requested. */
const properties = unit.filter((file) => file.endsWith('.fuzz.test.ts'))
const fuzzSeconds = '120'
const checks: Record<string, string[]> = {
  format: ['node_modules/.bin/oxfmt', '--check'],
  lint: ['node_modules/.bin/oxlint', '--deny-warnings'],
  types: ['node_modules/.bin/tsc', '--noEmit'],
}

const asked = process.argv.slice(2)
const isBeside = asked.length === 1 && asked[0] === besideName
const known = ['check', ...Object.keys(suites), 'fuzz', ...Object.keys(elsewhere), besideName]
const unknown = asked.find((name) => !known.includes(name))
if (unknown) {
  process.stderr.write(`there is no suite '${unknown}': choose ${known.filter((name) => name !== besideName).join(', ')}\n`)
  process.exit(2)
}
for (const name of asked) {
  const missing = missingFor(name, process.env)
  if (missing === null) continue
  process.stderr.write(missing)
  process.exit(2)
}
const wanted = (name: string) => asked.length === 0 || asked.includes(name)
// Tests choose what they play by this seed; the same seed chooses the same.
process.env['FIREDRILL_SEED'] = String(seed)
process.stdout.write(`FIREDRILL_SEED=${seed}\n`)
// The whole run decides what is shipped.
if (asked.length === 0) process.env['FIREDRILL_PROOFS'] ??= 'required'
if (asked.includes('fuzz')) {
  process.env['FIREDRILL_FUZZ_SECONDS'] ??= fuzzSeconds
  suites['fuzz'] = [{ files: properties, concurrency: 1 }]
}
for (const [name, suite] of Object.entries(elsewhere))
  if (asked.includes(name)) suites[name] = [{ files: filesOf(root, suite), concurrency: 1 }]

let passed = 0
let failed = 0
const tookMs = new Map<string, number>()
const skipped: { name: string; why: string }[] = []
/** What failed, and why: repeated at the end, where a reader looks first. */
const failures: string[] = []
const measured = (what: string, work: () => void) => {
  const from = performance.now()
  work()
  tookMs.set(what, performance.now() - from)
}
// In the whole run they need no range either.
if (isBeside || asked.includes('check')) {
  for (const [name, [file = '', ...args]] of Object.entries(checks)) {
    measured(name, () => {
      const { status } = spawnSync(path.join(root, file), args, { cwd: root, stdio: 'inherit' })
      process.stdout.write(`${status === 0 ? '✔' : '✖'} ${name}\n`)
      if (status === 0) passed += 1
      else failed += 1
      if (status !== 0) failures.push(`  ${name}\n`)
    })
  }
}
let other: Promise<void> | null = null
const chosen = asked.length === 0 ? whole : isBeside ? beside : Object.fromEntries(Object.entries(suites).filter(([name]) => wanted(name)))
for (const [name, parts] of Object.entries(chosen)) {
  if (name === rangeName) other = startBeside()
  process.stdout.write(`\n${name}\n`)
  const from = performance.now()
  for (const { files, concurrency } of parts) if (files.length > 0) await runFiles(files, concurrency)
  tookMs.set(`all of ${name}`, performance.now() - from)
}

await other

/** Runs suites without a range in a separate process; its output follows when it has ended. */
async function startBeside(): Promise<void> {
  const from = performance.now()
  // A session of its own: if Linux shares the CPU between sessions, a priority counts only within one, and each has one as well (sched(7)).
  const child = spawn(process.execPath, [import.meta.filename, besideName], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  if (child.pid !== undefined) lower(child.pid)
  const endBoth = () => {
    // In a session of its own it does not receive Ctrl C.
    if (child.pid !== undefined) process.kill(-child.pid)
    process.exit(1)
  }
  process.once('SIGINT', endBoth).once('SIGTERM', endBoth)
  const output: Buffer[] = []
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  const [status]: (number | null)[] = await once(child, 'close')
  process.off('SIGINT', endBoth).off('SIGTERM', endBoth)
  const text = Buffer.concat(output).toString()
  process.stdout.write(`\nbeside it\n${text}`)
  const [, failuresBeside, passedBeside, failedBeside] = /(?:\nfailed\n((?:  .*\n)+))?\n(\d+) passed, (\d+) failed\n$/.exec(text) ?? []
  if (failuresBeside !== undefined) failures.push(failuresBeside)
  passed += Number(passedBeside ?? 0)
  // A killed process has reported nothing.
  failed += Number(failedBeside ?? (status === 0 ? 0 : 1))
  tookMs.set('all beside it', performance.now() - from)
}

function lower(pid: number): void {
  os.setPriority(pid, besidePriority)
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(besidePriority))
  } catch {
    // Sessions are equal here.
  }
}

async function runFiles(files: string[], concurrency: number): Promise<void> {
  const stream = run({ files: files.map((file) => path.join(root, file)), concurrency, timeout: 45 * 60_000 })
  stream.on('test:pass', ({ name: test, skip, details, file }) => {
    const name = `${path.relative(root, file ?? '')}: ${test}`
    // A file that was not run has not passed.
    if (typeof skip === 'string') skipped.push({ name, why: skip })
    else if (skip) {
      failed += 1
      failures.push(`  ${name}\n${inset('it is skipped without a reason: give one, as a text')}`)
    } else if (details.type !== 'suite') passed += 1
  })
  stream.on('test:fail', ({ name: test, details, file }) => {
    if (details.type !== 'suite') failed += 1
    const why = details.error.cause ?? details.error
    // If a test failed through its subtests, these are reported.
    if (!('failureType' in details.error && details.error.failureType === 'subtestsFailed'))
      failures.push(`  ${path.relative(root, file ?? '')}: ${test}\n${inset(why instanceof Error ? why.message : String(why))}`)
  })
  stream.on('test:summary', ({ file, duration_ms: ms }) => {
    if (file !== undefined) tookMs.set(path.relative(root, file), ms)
  })
  const report = stream.compose(spec)
  report.pipe(process.stdout, { end: false })
  await new Promise<void>((resolve) => report.on('end', resolve))
}

/** The first lines of a text, none of them long. */
function inset(text: string): string {
  return stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 8)
    .map((line) => `      ${line.slice(0, 1_000)}\n`)
    .join('')
}

// Whatever happened to the tests, nothing that they started stays.
for (const name of isBeside ? [] : ['test-range', 'test-range-2']) {
  const dir = path.join(root, '.cache', name)
  if (existsSync(dir))
    spawnSync(path.join(root, 'firedrill'), ['down', '--purge', '--dir', dir], { stdio: ['ignore', 'ignore', 'inherit'] })
}
process.stdout.write('\ntime by file, where it is a second or more\n')
for (const [what, ms] of [...tookMs].filter(([, each]) => each >= 1_000).toSorted(([, a], [, b]) => b - a))
  process.stdout.write(`${inSeconds(ms).padStart(9)}  ${what}\n`)
if (skipped.length > 0) process.stdout.write(`\nskipped\n${skipped.map(({ name, why }) => `  ${name}  (${why})\n`).join('')}`)
if (failures.length > 0) process.stdout.write(`\nfailed\n${failures.join('')}`)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
