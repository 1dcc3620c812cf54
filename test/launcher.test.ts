import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'

const root = mkdtempSync(path.join(tmpdir(), 'firedrill-launcher-'))
after(() => rmSync(root, { recursive: true }))
const cache = path.join(root, 'cache')
const known = path.join(cache, 'node-checked')
/** Node as it is found first, and as the launcher has fetched it before. */
const first = path.join(root, 'bin', 'node')
const fetched = path.join(cache, 'node', 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')

function link(file: string): void {
  rmSync(file, { force: true })
  mkdirSync(path.dirname(file), { recursive: true })
  symlinkSync(process.execPath, file)
}

/** A program in the place of Node. */
function script(file: string, lines: string): void {
  rmSync(file, { force: true })
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
}

beforeEach(() => {
  rmSync(root, { recursive: true })
  mkdirSync(path.join(root, 'cli'), { recursive: true })
  mkdirSync(path.join(root, 'node_modules'))
  copyFileSync(path.join(import.meta.dirname, '..', 'firedrill'), path.join(root, 'firedrill'))
  for (const lock of ['package-lock.json', 'node_modules/.firedrill-lock']) writeFileSync(path.join(root, lock), '{}')
  writeFileSync(
    path.join(root, 'cli', 'main.ts'),
    'const { env, argv } = process; console.log(JSON.stringify({ path: env.PATH, compiled: env.NODE_COMPILE_CACHE, args: argv.slice(2) }))',
  )
  link(first)
  link(fetched)
})

/** Runs the launcher; returns what it ran, by its folder, which is first in the PATH. */
function launch(...args: string[]): { node: string; compiled: string; args: string[] } {
  const env = { PATH: `${path.dirname(first)}:/usr/bin:/bin`, FIREDRILL_CACHE: cache }
  const said = JSON.parse(execFileSync(path.join(root, 'firedrill'), args, { env, encoding: 'utf8' })) as Record<string, string>
  return { ...said, node: path.join(said['path']?.split(':')[0] ?? '', 'node') } as ReturnType<typeof launch>
}
const answers = () => (existsSync(known) ? readFileSync(known, 'utf8').trim().split('\n') : [])

test('Node is asked for its version once, and again when it is another file', () => {
  assert.equal(launch().node, first)
  assert.equal(launch().node, first)
  assert.equal(answers().length, 1)
  // The answer that is kept counts: this one was never given.
  writeFileSync(known, readFileSync(known, 'utf8').replace(/^yes/, 'no'))
  assert.equal(launch().node, fetched)
  assert.equal(launch().node, fetched)
  // Another file under the same name.
  script(first, 'echo no itself')
  assert.equal(launch().node, fetched)
  link(first)
  rmSync(known)
  assert.equal(launch().node, first)
})

test('a launcher of Node is asked every time: it may start another tomorrow', () => {
  script(first, `exec ${process.execPath} "$@"`)
  assert.equal(launch().node, first)
  assert.equal(launch().node, first)
  assert.deepEqual(answers(), [])
  // Changed without a change of the file itself.
  writeFileSync(path.join(root, 'version'), 'exit 1')
  script(first, `. ${path.join(root, 'version')}; exec ${process.execPath} "$@"`)
  assert.equal(launch().node, fetched)
  writeFileSync(path.join(root, 'version'), ':')
  assert.equal(launch().node, first)
})

test('arguments arrive as they were given, and what is compiled is kept', () => {
  const { args, compiled } = launch('a b', '', "it's")
  assert.deepEqual(args, ['a b', '', "it's"])
  assert.equal(compiled, path.join(cache, 'compiled'))
})

test('a cache that cannot be written costs time and no more', () => {
  rmSync(cache, { recursive: true })
  writeFileSync(cache, '')
  assert.equal(launch().node, first)
})
