import assert from 'node:assert/strict'
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { Ledger } from '../control/ledger.ts'
import { projectRoot } from '../control/paths.ts'
import { openLocalRange } from '../control/wiring.ts'
import { freePort } from '../test/free-port.ts'
import { portOffsets } from './context.ts'
import { makePrivate, openTo, othersMayRead } from './private.ts'
import { RangeState } from './targets/local/state.ts'

let dir = ''
const umask = process.umask()
beforeEach(() => {
  // As on most machines, and no test before this has changed it.
  process.umask(0o022)
  dir = mkdtempSync(path.join(tmpdir(), 'firedrill-private-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))
after(() => process.umask(umask))

const modes = (of: string) =>
  Object.fromEntries(
    ['.', ...globSync('**/*', { cwd: of })].flatMap((file) => {
      const { mode } = statSync(path.join(of, file))
      return (mode & 0o077) === 0 ? [] : [[file, (mode & 0o777).toString(8)]]
    }),
  )

test('whatever a range writes is for its own user, whatever the umask of the user who starts it', async () => {
  const own = path.join(dir, 'range')
  const state = new RangeState(own)
  state.requireWritable()
  state.configure({ portBase: await freePortBase() })
  state.setMachine({ cores: 2, speed: 1, share: 1, idle: 2 })
  // As if PostgreSQL has a user of its own, who needs to pass through it.
  chmodSync(own, 0o711)
  assert.deepEqual(modes(own), { '.': '711' })
  chmodSync(own, 0o700)
  {
    using ledger = new Ledger(own)
    ledger.setAliveAt(1)
    assert.deepEqual(modes(own), {})
  }
  const target = openLocalRange(own)
  try {
    await target.start('redis')
    assert.deepEqual(modes(own), {})
    assert.ok(globSync('{logs,run,data}/**', { cwd: own }).length > 3, 'there is something to be read')
  } finally {
    await target.stop('redis')
  }
})

test('what an earlier version left open is closed; another user’s database keeps its path', () => {
  for (const folder of ['control', 'run', 'data/postgres/base', 'data/redis']) mkdirSync(path.join(dir, folder), { recursive: true })
  for (const file of ['control/ledger.db', 'range.json', 'data/redis/dump.rdb', 'data/postgres/base/1'])
    writeFileSync(path.join(dir, file), '')
  chmodSync(dir, 0o755)
  assert.ok(openTo(dir).includes(path.join(dir, 'control', 'ledger.db')))
  makePrivate(dir)
  assert.deepEqual(openTo(dir), [])
  assert.equal(statSync(path.join(dir, 'data')).mode & 0o777, 0o711)
  assert.equal(statSync(path.join(dir, 'control')).mode & 0o777, 0o700)
  assert.equal(statSync(path.join(dir, 'data/postgres/base/1')).mode & 0o777, 0o644, 'its own affair')
})

test('whether others may read a file depends on its folders, too', () => {
  const folder = path.join(dir, 'checkout')
  mkdirSync(folder)
  const file = path.join(folder, 'answer')
  writeFileSync(file, '')
  chmodSync(dir, 0o755)
  assert.ok(othersMayRead(file))
  chmodSync(folder, 0o700)
  assert.equal(othersMayRead(file), false)
})

/** Gives Redis, the only component that is started, a free port. */
const freePortBase = async (): Promise<number> => (await freePort()) - portOffsets.redis

test('a folder that cannot be written is reported with the reason, and what to do', (context) => {
  const inTheWay = path.join(dir, 'a-file')
  writeFileSync(inTheWay, '')
  assert.throws(
    () => new RangeState(path.join(inTheWay, 'range')).requireWritable(),
    /the range's folder .*a-file\/range cannot be written \(ENOTDIR: not a directory.*\): name another with --dir or FIREDRILL_DIR$/,
  )
  const mounted = path.join(dir, 'read only')
  mkdirSync(mounted)
  const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" up --dir "$1/range"'
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', mounted, path.join(projectRoot, 'firedrill')])
  if (status === null || /^(unshare|mount):/m.test(String(stderr))) return context.skip('nothing can be mounted here')
  assert.deepEqual(
    [status, String(stderr)],
    [
      1,
      `firedrill: the range's folder ${mounted}/range cannot be written (the file system is read-only): name another with --dir or FIREDRILL_DIR\n`,
    ],
  )
})
