import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { assessmentTroubles, closing } from './assessment.ts'

let root: string
/** A checkout that others may enter, beside a range that they may not. */
let range: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'firedrill-assessment-'))
  range = path.join(root, 'range')
  chmodSync(root, 0o755)
  mkdirSync(range)
  chmodSync(range, 0o700)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(file: string, mode: number): void {
  const full = path.join(root, file)
  for (let folder = path.dirname(full); folder !== root; folder = path.dirname(folder)) {
    mkdirSync(folder, { recursive: true })
    if (folder !== range) chmodSync(folder, 0o755)
  }
  writeFileSync(full, '')
  chmodSync(full, mode)
}

test('there is no warning if others can read neither the answers nor the range', () => {
  write('scenarios/one/scenario.yaml', 0o600)
  write('README.md', 0o644)
  write('range/control/ledger.db', 0o644)
  assert.deepEqual(assessmentTroubles(root, range), [], 'nobody else gets into the folder of the range')
})

test('answers that others can read are listed: which ones, how many more, and what to do, until they cannot', () => {
  write('scenarios/one/scenario.yaml', 0o644)
  const where = `other users of this machine may read the answers in ${root}`
  const remedy = `run '${closing(root)}', or assess on another host`
  assert.deepEqual(assessmentTroubles(root, range), [`${where} (scenarios/one/scenario.yaml): ${remedy}`])
  write('scenarios/one/debrief.md', 0o600)
  write('bench/recordings/one.json', 0o644)
  assert.match(assessmentTroubles(root, range)[0] ?? '', /\((scenarios|bench)\/\S+ and 1 more\): run/)
  rmSync(path.join(root, 'scenarios'), { recursive: true })
  assert.deepEqual(assessmentTroubles(root, range), [`${where} (bench/recordings/one.json): ${remedy}`])
  execFileSync('sh', ['-c', closing(root)])
  assert.deepEqual(assessmentTroubles(root, range), [], 'by what it says to do')
  chmodSync(root, 0o755)
  assert.equal(assessmentTroubles(root, range).length, 1)
  chmodSync(root, 0o700)
  assert.deepEqual(assessmentTroubles(root, range), [])
})

test('files of a range that others can read are listed, three at most, with the command that removes access', () => {
  chmodSync(range, 0o755)
  assert.deepEqual(assessmentTroubles(root, range), [
    `other users of this machine may read what the range keeps (${range}): 'firedrill up' removes their access`,
  ])
  for (const name of ['a', 'b', 'c']) write(`range/${name}`, 0o644)
  const [told = ''] = assessmentTroubles(root, range)
  const files = /\((.*)\)/.exec(told)?.[1]?.split(', ') ?? []
  assert.deepEqual([files.length, files[0]], [3, range])
  assert.ok(
    files.slice(1).every((file) => ['a', 'b', 'c'].includes(file)),
    told,
  )
})
