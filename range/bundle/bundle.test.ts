import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { asBundle, ensureBundles } from './bundle.ts'
import { threadStart } from './workers.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-bundle-'))
const root = path.join(folder, 'checkout')
const cache = path.join(folder, 'cache')
const log = path.join(folder, 'program.log')
const program = 'shop/till/main.ts'
const spec = { file: process.execPath, args: [path.join(root, program)], env: {}, program }
const start = (from = cache) => asBundle(spec, root, from, log)

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

function run(args: string[]) {
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { stdout: stdout.trim(), stderr }
}

beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  write('shop/till/main.ts', "import { sum } from './sum.ts'\nconsole.log(sum(1, 2), import.meta.dirname)\n")
  write('shop/till/sum.ts', '/** What it comes to. */\nexport const sum = (one: number, other: number): number => one + other\n')
})
after(() => rmSync(folder, { recursive: true }))

test('an edited file takes effect at the next start, even if its length is the same', async () => {
  const before = await start()
  assert.ok(before.args[0]?.startsWith(cache), 'it is a bundle')
  assert.equal(run(before.args).stdout, `3 ${path.join(root, 'shop', 'till')}`)
  write('shop/till/sum.ts', '/** What it comes to. */\nexport const sum = (one: number, other: number): number => one * other\n')
  assert.equal(run((await start()).args).stdout, `2 ${path.join(root, 'shop', 'till')}`)
})

test('unchanged content is not built again, though the file was touched', async () => {
  const { args } = await start()
  const builtAt = statSync(path.dirname(args[0] ?? '')).mtimeMs
  utimesSync(path.join(root, 'shop/till/sum.ts'), 1, 1)
  assert.deepEqual((await start()).args, args)
  assert.equal(statSync(path.dirname(args[0] ?? '')).mtimeMs, builtAt)
  const said: string[] = []
  await ensureBundles(root, cache, [program], (line) => said.push(line))
  assert.deepEqual(said, [])
})

test('a package that is installed after a bundle was built without it is in the next one', async () => {
  write('shop/till/main.ts', "import { sum } from 'sums'\nconsole.log(sum)\n")
  write('node_modules/.package-lock.json', '{ "packages": {} }')
  await start()
  write('node_modules/sums/package.json', '{ "name": "sums", "type": "module", "exports": "./index.js" }')
  write('node_modules/sums/index.js', "export const sum = 'installed'\n")
  // As npm does.
  write('node_modules/.package-lock.json', '{ "packages": { "node_modules/sums": {} } }')
  assert.equal(run((await start()).args).stdout, 'installed')
})

test('several that start at once, when there is no bundle yet, get the same one, and it runs', async () => {
  write('shop/till/sum.ts', 'export const sum = (one: number, other: number): number => one * other + 40\n')
  const specs = await Promise.all([start(), start(), start()])
  for (const { args } of specs) assert.deepEqual(args, specs[0]?.args)
  assert.ok(specs[0]?.args[0]?.startsWith(cache))
  assert.match(run(specs[0]?.args ?? []).stdout, /^42 /)
})

test('if the cache cannot be written, or a file is broken, the sources run and the log says why', async () => {
  const taken = path.join(folder, 'taken')
  writeFileSync(taken, '')
  assert.deepEqual(await start(taken), spec)
  assert.match(readFileSync(log, 'utf8'), /shop\/till\/main\.ts: runs from the sources, .*ENOTDIR/)
  await start()
  write('shop/till/sum.ts', 'export const sum = (\n')
  assert.deepEqual(await start(), spec)
  assert.match(readFileSync(log, 'utf8'), /could not be bundled: [^]*sum\.ts/)
})

test('a thread is bundled as well, runs from beside the program, and is rebuilt when one of its own files was edited', async () => {
  write(
    'shop/till/main.ts',
    "import { Worker } from 'node:worker_threads'\nnew Worker(new URL('./sum-worker.ts', import.meta.url), {}).on('message', console.log)\n",
  )
  const thread = (from: string) =>
    "import { isMainThread, parentPort } from 'node:worker_threads'\nimport { sum } from './sum.ts'\n" +
    `parentPort?.postMessage(\`${from} \${isMainThread} \${sum(1, 2)}\`)\n`
  write('shop/till/sum-worker.ts', thread('first'))
  const { args } = await start()
  // Regardless of the checkout's current content.
  rmSync(path.join(root, 'shop/till/sum.ts'))
  assert.match(run(args).stdout, /^first false 3$/)
  write('shop/till/sum.ts', 'export const sum = (one: number, other: number): number => one * other\n')
  write('shop/till/sum-worker.ts', thread('second'))
  assert.match(run((await start()).args).stdout, /^second false 2$/)
  // A thread that is started in another way runs from the sources.
  assert.match(readFileSync(path.join(import.meta.dirname, '..', 'mesh', 'policy-reader.ts'), 'utf8'), threadStart)
})

test('stack traces name the sources’ lines, for code that is loaded later as well, and for errors that end the program', async () => {
  write(
    'shop/till/later.ts',
    "interface Unused {\n  none: string\n}\nexport function late(): never {\n  throw new TypeError('– too late')\n}\n",
  )
  write(
    'shop/till/main.ts',
    "\nconst { late } = await import('./later.ts')\ntry {\n  late()\n} catch (error) {\n  console.log((error as Error).stack)\n}\nawait Promise.resolve()\nthrow new Error('the end')\n",
  )
  const { args } = await start()
  assert.ok(args[0]?.startsWith(cache))
  const { stdout, stderr } = run(args)
  assert.match(stdout, /^TypeError: – too late\n/)
  assert.ok(stdout.includes(`${path.join(root, 'shop/till/later.ts')}:5`), stdout)
  assert.ok(stdout.includes(`${path.join(root, 'shop/till/main.ts')}:4`), stdout)
  assert.ok(stderr.includes(`Error: the end\n    at ${path.join(root, 'shop/till/main.ts')}:9`), stderr)
  assert.ok(existsSync(args[0] ?? ''))
})
