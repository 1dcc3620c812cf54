/** Each of our processes runs as long as the range: unnecessary modules cost memory all the time. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ensureBundles } from '../range/bundle/bundle.ts'
import { freshBundle } from '../range/bundle/inputs.ts'
import { bundleFolder, bundleName } from '../range/bundle/places.ts'
import { cacheDir, projectRoot } from '../control/paths.ts'
import { programsOn } from '../range/topology.ts'
import { run } from './loaded-modules.ts'
import { faults } from '../drills/faults/registry.ts'

const libraries = { cache: 'ioredis', database: 'pg', queue: 'amqplib', client: 'undici' }
const needs: Record<string, (keyof typeof libraries)[]> = {
  gateway: ['client'],
  catalog: ['cache', 'database'],
  inventory: ['database'],
  orders: ['client', 'database', 'queue'],
  payments: ['database'],
  fulfilment: ['client', 'database', 'queue'],
}

for (const [service, needed] of Object.entries(needs)) {
  test(`${service} loads the libraries that it uses, and no others`, async () => {
    // Without its configuration it exits as soon as everything is loaded.
    const { status, modules } = await run(`shop/${service}/main.ts`, [], { PATH: process.env['PATH'] })
    assert.notEqual(status, 0)
    assert.ok(modules.includes('fastify'), modules.join(' '))
    const loaded = Object.entries(libraries).flatMap(([what, name]) => (modules.includes(name) ? [what] : []))
    assert.deepEqual(loaded.toSorted(), needed.toSorted())
  })
}

test('the reaper loads little until it has to act', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-reaper-'))
  try {
    // There is no range: it exits as soon as everything is loaded.
    const { status, stderr, modules, files } = await run('control/reaper/main.ts', [], { PATH: process.env['PATH'], FIREDRILL_DIR: dir })
    assert.notEqual(status, 0)
    assert.match(stderr, /there is no range in/)
    assert.deepEqual(
      modules.filter((name) => !/^(model|control|range)\//.test(name)),
      ['zod'],
    )
    // Each fault has a file.
    assert.ok(files <= faults.length + 65, `${files} files`)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('processes run as bundles, and load none of Node’s modules for fetch', async () => {
  assert.equal(programsOn('all').length, 9)
  // One of each kind, the largest: each takes seconds to build if it does not exist.
  const programs = ['shop/orders/main.ts', 'control/main.ts', 'control/reaper/main.ts']
  const problems: string[] = []
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-loaded-'))
  after(() => rmSync(dir, { recursive: true }))
  const recorder = path.join(dir, 'recorder.cjs')
  writeFileSync(
    recorder,
    "process.on('exit', () => console.log('of its own: ' + process.moduleLoadList.filter((name) => name.startsWith('NativeModule')).join(' ')))",
  )
  await ensureBundles(projectRoot, cacheDir, programs, (line) => void problems.push(line))
  for (const program of programs) {
    const bundle = freshBundle(projectRoot, bundleFolder(cacheDir, projectRoot), bundleName(program))
    assert.ok(bundle, `${program}: ${problems.join('; ')}`)
    // Without its configuration it exits as soon as everything is loaded.
    const { stdout, status } = spawnSync(process.execPath, ['--require', recorder, bundle], {
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    })
    assert.notEqual(status, 0)
    assert.match(stdout, /^of its own: \w/m)
    assert.doesNotMatch(stdout, /^of its own: .*undici/m, program)
  }
})
