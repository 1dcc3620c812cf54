import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { RangeState } from '../../range/targets/local/state.ts'
import { Ledger } from '../ledger.ts'

const deadlineMs = 60_000

test('a reaper that can write nothing any more goes on', { timeout: deadlineMs + 10_000 }, async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-reaper-'))
  // Answers as a control plane that is in a bad way: each time, the reaper asks again.
  let asked = 0
  const control = http.createServer((_request, response) => {
    asked++
    response.writeHead(500).end()
  })
  control.listen(0, '127.0.0.1')
  await once(control, 'listening')
  new RangeState(dir).configure({ portBase: (control.address() as AddressInfo).port })
  using ledger = new Ledger(dir)
  const log = openSync(path.join(dir, 'reaper.log'), 'a')
  const reaper = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, FIREDRILL_DIR: dir },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  /** Waits until it has asked so often: it does three times a second, and looks at faults twice. */
  const askedAgain = async (times: number) => {
    const wanted = asked + times
    const giveUpAt = Date.now() + deadlineMs / 2
    while (asked < wanted && reaper.exitCode === null && reaper.signalCode === null) {
      assert.ok(Date.now() < giveUpAt, `it asked ${asked} times`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.deepEqual([reaper.exitCode, reaper.signalCode], [null, null], 'it lives')
  }
  try {
    await askedAgain(2)
    // No file may grow from now on: its ledger and its log alike.
    execFileSync('prlimit', ['--pid', String(reaper.pid), '--fsize=0'])
    const overdue = {
      instance: 'a',
      fault: 'noop',
      params: {},
      undo: {},
      drill: null,
      state: 'injected',
      plannedAt: 1,
      injectedAt: 1,
    } as const
    ledger.insertFault({ ...overdue, deadlineAt: 2, revertedAt: null, error: null, ramp: null })
    await askedAgain(12)
  } finally {
    reaper.kill('SIGKILL')
    control.close()
    rmSync(dir, { recursive: true, force: true })
  }
})
