import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { ensureBundles } from '../../range/bundle/bundle.ts'
import { quickProgram } from '../../range/bundle/places.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { run } from '../../test/loaded-modules.ts'
import { commands } from '../commands.ts'
import { quickBundle } from './bundle.ts'
import { quickCommands } from './commands.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-quick-'))
after(() => rmSync(folder, { recursive: true }))

test('quick commands are commands, and cli/main.ts knows them', async () => {
  const known = commands.map(({ name }) => name)
  for (const [name, { load }] of Object.entries(quickCommands)) {
    assert.ok(known.includes(name), name)
    assert.equal((await load()).name(), name)
    // Without a cache the sources are run.
    const env = { ...process.env, FIREDRILL_CACHE: path.join(folder, 'none') }
    const [whole, quick] = await Promise.all(['cli/main.ts', 'cli/quick/main.ts'].map((script) => run(script, [name, '--help'], env)))
    assert.equal(quick?.stdout, whole?.stdout, name)
  }
  const [, listed = ''] = /new Set\(\[(.*)\]\)/.exec(readFileSync(path.join(projectRoot, 'cli', 'main.ts'), 'utf8')) ?? []
  assert.deepEqual(
    listed.split(', ').map((name) => name.slice(1, -1)),
    Object.keys(quickCommands),
  )
})

test('a quick command runs its bundle with the same output; an edited file takes effect immediately', async () => {
  const root = path.join(folder, 'checkout')
  const cache = path.join(folder, 'cache')
  for (const name of [
    'cli',
    'control',
    'coach',
    'drills',
    'load',
    'model',
    'observability',
    'people',
    'range',
    'shell',
    'shop',
    'package.json',
  ])
    cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true })
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'))
  const state = new RangeState(path.join(folder, 'range'))
  // Nothing listens there.
  state.configure({ portBase: 1024 })
  const asked = async () => {
    const { status, stderr, files } = await run(
      path.relative(projectRoot, path.join(root, 'cli/main.ts')),
      ['drill', 'status', '--dir', state.dir],
      {
        ...process.env,
        FIREDRILL_CACHE: cache,
      },
    )
    return { status, stderr, files }
  }
  const without = await asked()
  assert.match(without.stderr, /does not answer/)
  await ensureBundles(root, cache, [quickProgram], () => {})
  assert.ok(quickBundle(root, cache))
  const { files, ...said } = await asked()
  assert.deepEqual(said, { status: without.status, stderr: without.stderr })
  assert.ok(files < without.files / 3, `${files} of ${without.files} files`)

  const edited = path.join(root, 'control', 'client.ts')
  writeFileSync(edited, readFileSync(edited, 'utf8').replaceAll('does not answer', 'will not answer'))
  assert.equal(quickBundle(root, cache), null)
  assert.match((await asked()).stderr, /will not answer/)
  await ensureBundles(root, cache, [quickProgram], () => {})
  assert.ok(quickBundle(root, cache))
  utimesSync(edited, 1, 1)
  assert.equal(quickBundle(root, cache), null, 'what was touched may have been edited')
})
