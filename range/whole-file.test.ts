import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { RangeState } from './targets/local/state.ts'
import { writeWhole } from './whole-file.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-disk-'))
const file = path.join(dir, 'small.json')
/** Only who may mount a disk that is small enough can fill it. */
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

test('a file is put into place whole, and one that is there already is not touched', () => {
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

test('where they do not suffice, it is told, and what was there stays', { skip }, () => {
  writeWhole(file, 'before')
  fill()
  assert.throws(() => writeWhole(file, 'z'.repeat(100_000)), /no room on the disk/)
  assert.throws(() => writeWhole(path.join(dir, 'new.json'), 'new'), /no room on the disk/)
  assert.equal(readFileSync(file, 'utf8'), 'before')
  assert.deepEqual(readdirSync(dir).toSorted(), ['ballast', 'small.json'])
  makeRoom()
})

test('on a full disk a range still keeps what is taken out of it', { skip }, () => {
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
