/** Runs the suites named (all without), one file after another, and closes with `N passed, N failed`. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const root = path.resolve(import.meta.dirname, '..')
const suites: Record<string, string[]> = {
  unit: globSync('{model,shop,range,observability,drills,coach,control,cli,console/src,bench,test}/**/*.test.ts', {
    cwd: root,
    exclude: ['test/acceptance/**', 'test/browser/**'],
  }),
  acceptance: globSync('test/acceptance/*.test.ts', { cwd: root }).sort(),
  browser: globSync('test/browser/*.test.ts', { cwd: root }),
}
const checks: Record<string, string[]> = {
  format: ['node_modules/.bin/oxfmt', '--check'],
  lint: ['node_modules/.bin/oxlint', '--deny-warnings'],
  types: ['node_modules/.bin/tsc', '--noEmit'],
}

const asked = process.argv.slice(2)
const known = ['check', ...Object.keys(suites)]
const unknown = asked.find((name) => !known.includes(name))
if (unknown) {
  process.stderr.write(`there is no suite '${unknown}': choose ${known.join(', ')}\n`)
  process.exit(2)
}
const wanted = (name: string) => asked.length === 0 || asked.includes(name)

let passed = 0
let failed = 0
if (wanted('check')) {
  for (const [name, [file = '', ...args]] of Object.entries(checks)) {
    const { status } = spawnSync(path.join(root, file), args, { cwd: root, stdio: 'inherit' })
    process.stdout.write(`${status === 0 ? '✔' : '✖'} ${name}\n`)
    if (status === 0) passed += 1
    else failed += 1
  }
}
for (const [name, files] of Object.entries(suites)) {
  if (!wanted(name) || files.length === 0) continue
  process.stdout.write(`\n${name}\n`)
  const stream = run({ files: files.map((file) => path.join(root, file)), concurrency: 1, timeout: 45 * 60_000 })
  stream.on('test:pass', ({ details }) => void (passed += details.type === 'suite' ? 0 : 1))
  stream.on('test:fail', ({ details }) => void (failed += details.type === 'suite' ? 0 : 1))
  const report = stream.compose(spec)
  report.pipe(process.stdout, { end: false })
  await new Promise<void>((resolve) => report.on('end', resolve))
}
// Whatever became of the tests, nothing that they started stays.
for (const name of ['test-range', 'test-range-2']) {
  const dir = path.join(root, '.cache', name)
  if (existsSync(dir))
    spawnSync(path.join(root, 'firedrill'), ['down', '--purge', '--dir', dir], { stdio: ['ignore', 'ignore', 'inherit'] })
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
