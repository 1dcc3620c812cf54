import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { poll } from '../../model/until.ts'
import { proportionalMemoryBytes, readStat } from '../../range/targets/local/identity.ts'
import { RangeState } from '../../range/targets/local/state.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-supervisor-'))
const state = new RangeState(dir)
/** A stand-in for the script that restarts them: records that it was called. */
const asked = path.join(dir, 'asked')
const revive = path.join(dir, 'revive')
let watcher: ChildProcess
const alive = { pid: process.pid, startTicks: readStat(process.pid)?.startTicks ?? 0 }
const gone = { pid: 2 ** 22 + 1, startTicks: 1 }
const record = (identity: { pid: number; startTicks: number }, stopping = false) => ({
  ...identity,
  nonce: 'ab',
  startedAt: 0,
  readyAfterMs: 1,
  stopping,
})

before(() => {
  writeFileSync(revive, `echo asked >> ${asked}\n`)
  const script = path.join(import.meta.dirname, 'watch.sh')
  // Its revive is run by a shell here, which would take Node's option for its own.
  const shell = path.join(dir, 'shell')
  writeFileSync(shell, '#!/bin/sh\nshift\nexec /bin/sh "$@"\n', { mode: 0o755 })
  watcher = spawn('/bin/sh', [script, path.join(dir, 'run'), shell, revive, 'control', 'reaper'], { stdio: 'ignore' })
})
beforeEach(() => {
  state.setRun('control', record(alive))
  state.setRun('reaper', record(alive))
  rmSync(asked, { force: true })
})
after(async () => {
  watcher.kill('SIGKILL')
  await once(watcher, 'exit')
  rmSync(dir, { recursive: true, force: true })
})

const wasAsked = async (withinMs: number): Promise<boolean> =>
  (await poll(withinMs, () => existsSync(asked) && readFileSync(asked, 'utf8').includes('asked'), 50)) !== null
/** Long enough for several checks. */
const severalLooksMs = 3_500

test('when both are down, both are restarted', async () => {
  state.setRun('control', record(gone))
  state.setRun('reaper', record(gone))
  assert.equal(await wasAsked(20_000), true)
})

test('a pid that another process has by now counts as down', async () => {
  state.setRun('reaper', record({ ...alive, startTicks: alive.startTicks - 1 }))
  assert.equal(await wasAsked(20_000), true)
})

test('components that run, were stopped or were never started are left alone', async () => {
  state.setRun('control', record(gone, true))
  state.clearRun('reaper')
  assert.equal(await wasAsked(severalLooksMs), false)
})

test('a record that cannot be read stops nothing', async () => {
  appendFileSync(path.join(dir, 'run', 'control.json'), 'x')
  writeFileSync(path.join(dir, 'run', 'reaper.json'), '')
  assert.equal(await wasAsked(severalLooksMs), false)
  assert.equal(watcher.exitCode, null)
})

test('the supervisor uses next to no CPU', () => {
  assert.ok(proportionalMemoryBytes([watcher.pid ?? 0]) < 4 * 1024 * 1024)
})
