import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { RangeState } from './targets/local/state.ts'
import { readWhole, writeWhole } from './whole-file.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-disk-'))
const file = path.join(dir, 'small.json')
/** Filling a disk needs the right to mount a small one. */
const skip = mounted() ? false : 'needs leave to mount a disk'

after(() => {
  if (!skip) execFileSync('umount', [dir])
  rmSync(dir, { recursive: true, force: true })
})
const fill = (): void => {
  const ballast = path.join(dir, 'ballast')
  for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
    for (;;) {
      try {
        writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
    }
  }
}
const makeRoom = () => rmSync(path.join(dir, 'ballast'), { force: true })

test('a file is replaced atomically, and an identical one is not touched', () => {
  writeWhole(file, 'one', { mode: 0o640 })
  assert.equal(readFileSync(file, 'utf8'), 'one')
  const { ino, mode } = statSync(file)
  assert.equal(mode & 0o777, 0o640)
  writeWhole(file, 'one')
  assert.equal(statSync(file).ino, ino)
  writeWhole(file, 'two')
  assert.notEqual(statSync(file).ino, ino)
})

test('on a full disk a file is changed all the same, in its own blocks', { skip }, () => {
  writeWhole(file, 'x'.repeat(3_000))
  fill()
  writeWhole(file, 'y'.repeat(2_000))
  assert.equal(readFileSync(file, 'utf8'), 'y'.repeat(2_000))
  assert.deepEqual(readdirSync(dir).toSorted(), ['ballast', 'small.json'])
  makeRoom()
})

test('if they do not suffice, that is an error, and the old content stays', { skip }, () => {
  writeWhole(file, 'before')
  fill()
  assert.throws(() => writeWhole(file, 'z'.repeat(100_000)), /no room on the disk/)
  assert.throws(() => writeWhole(path.join(dir, 'new.json'), 'new'), /no room on the disk/)
  assert.equal(readFileSync(file, 'utf8'), 'before')
  assert.deepEqual(readdirSync(dir).toSorted(), ['ballast', 'small.json'])
  makeRoom()
})

test('on a full disk a range still records reverts', { skip }, () => {
  const state = new RangeState(path.join(dir, 'range'))
  const fault = { delay: { fixedDelayMs: 100, jitterMs: 0, percent: 100 } }
  state.setMeshFaults([{ from: 'gateway', to: 'catalog', fault }])
  state.setUnscraped(['redis'])
  fill()
  state.setMeshFaults([])
  state.setUnscraped([])
  makeRoom()
  assert.deepEqual(new RangeState(path.join(dir, 'range')).meshFaults(), [])
  assert.deepEqual(new RangeState(path.join(dir, 'range')).unscraped(), [])
})

function mounted(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', dir], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('a write that finds room for only a part changes nothing', { skip: skip || (noPrlimit() ? 'needs prlimit' : false) }, () => {
  const own = path.join(mkdtempSync(path.join(tmpdir(), 'firedrill-part-')), 'state.json')
  const before = JSON.stringify({ history: Array.from({ length: 300 }, (_, index) => index) })
  writeFileSync(own, before)
  const program = `import { writeWhole } from ${JSON.stringify(new URL('./whole-file.ts', import.meta.url).href)}
    try { writeWhole(${JSON.stringify(own)}, 'y'.repeat(1_100)); console.log('written') } catch (error) { console.log(error.message) }`
  // Nothing beyond the first half kilobyte of any file can be written, like on a disk that is nearly full.
  const told = execFileSync('prlimit', ['--fsize=512', process.execPath, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: '' },
  })
  assert.match(told, /no room on the disk/)
  assert.equal(readFileSync(own, 'utf8'), before)
  assert.deepEqual(readdirSync(path.dirname(own)), ['state.json'])
  rmSync(path.dirname(own), { recursive: true })
})

test('a file whose writer died while it was set aside is found again', () => {
  const own = mkdtempSync(path.join(tmpdir(), 'firedrill-aside-'))
  writeFileSync(path.join(own, 'state.json.4194399.aside'), 'kept')
  assert.equal(readWhole(path.join(own, 'state.json')), 'kept')
  assert.deepEqual(readdirSync(own), ['state.json'])
  assert.equal(readWhole(path.join(own, 'none.json')), null)
  rmSync(own, { recursive: true })
})

test('a range continues without a damaged file, and keeps it under another name', () => {
  const own = mkdtempSync(path.join(tmpdir(), 'firedrill-damaged-'))
  const state = new RangeState(own)
  state.recordDeployment({ service: 'inventory', version: '1.5.0', previous: '1.4.0', at: new Date(0).toISOString(), by: 'a test' })
  for (const name of ['deployments', 'mesh', 'monitoring', 'precedence', 'machine'])
    writeFileSync(path.join(own, `${name}.json`), '{"history": [')
  assert.deepEqual(
    [state.deployments(), state.canary(), state.meshFaults(), state.unscraped(), state.precedence(), state.machine()],
    [[], null, [], [], { means: 'nice' }, null],
  )
  assert.ok(readdirSync(own).includes('deployments.json.damaged'))
  rmSync(own, { recursive: true })
})

function noPrlimit(): boolean {
  return spawnSync('prlimit', ['--version']).status !== 0
}
