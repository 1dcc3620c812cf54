/** Each of our processes runs as long as the range does: what it loads and does not need costs memory all the while. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { run } from './loaded-modules.ts'

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
    // Without its configuration it ends as soon as everything is loaded.
    const { status, modules } = await run(`shop/${service}/main.ts`, [], { PATH: process.env['PATH'] })
    assert.notEqual(status, 0)
    assert.ok(modules.includes('fastify'), modules.join(' '))
    const loaded = Object.entries(libraries).flatMap(([what, name]) => (modules.includes(name) ? [what] : []))
    assert.deepEqual(loaded.toSorted(), needed.toSorted())
  })
}

test('the reaper watches with little in hand', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-reaper-'))
  try {
    // There is no range: it ends as soon as everything is loaded.
    const { status, stderr, modules, files } = await run('control/reaper/main.ts', [], { PATH: process.env['PATH'], FIREDRILL_DIR: dir })
    assert.notEqual(status, 0)
    assert.match(stderr, /there is no range in/)
    assert.deepEqual(
      modules.filter((name) => !/^(model|control|range)\//.test(name)),
      ['zod'],
    )
    assert.ok(files <= 120, `${files} files`)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
