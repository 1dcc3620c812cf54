import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { credentialsOf, filesBelow, holdersOf, openedBy } from './exposure.ts'

test('a credential is found anywhere, and named by what it is', () => {
  const credentials = credentialsOf({
    tokens: { trainee: 'aaaa', instructor: 'bbbb', service: 'cccc' },
    passwords: { postgres: 'dddd', rabbitmq: 'eeee' },
  })
  const texts = [
    ['the log', 'GET /#token=bbbb'],
    ['the arguments', 'psql postgres://x:dddd@host eeee'],
    ['the page', 'nothing'],
  ] as const
  assert.deepEqual(holdersOf(texts, credentials), [
    'the log: the token of the instructor',
    'the arguments: the password of postgres',
    'the arguments: the password of rabbitmq',
  ])
})

test('a file that another user can open is found, even in a folder that cannot be listed', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-exposure-'))
  const held = spawn('sleep', ['60'], { env: { SECRET: 'aaaa' } })
  try {
    await once(held, 'spawn')
    mkdirSync(path.join(dir, 'ways', 'closed'), { recursive: true })
    const file = (name: string, mode: number) => {
      writeFileSync(path.join(dir, name), 'aaaa')
      chmodSync(path.join(dir, name), mode)
      return path.join(dir, name)
    }
    const open = file('ways/open file', 0o644)
    const closed = [file('ways/own', 0o600), file('ways/of the group', 0o640), file('ways/closed/open', 0o644)]
    chmodSync(path.join(dir, 'ways', 'closed'), 0o700)
    for (const folder of [dir, path.join(dir, 'ways')]) chmodSync(folder, 0o711)
    assert.deepEqual(filesBelow(dir).toSorted(), [open, ...closed].toSorted())
    const environment = `/proc/${held.pid}/environ`
    const found = openedBy([open, ...closed, environment, `/proc/${held.pid}/cmdline`, path.join(dir, 'gone')])
    if (found === null) return t.skip('only root becomes somebody else')
    assert.deepEqual(found, [open, `/proc/${held.pid}/cmdline`])
  } finally {
    held.kill()
    rmSync(dir, { recursive: true })
  }
})
