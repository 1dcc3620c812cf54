import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../model/until.ts'
import { rangeId } from '../../range/context.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { runtimeFolder } from '../../shell/prepare.ts'
import { Jailed } from './jailed.ts'

const skip = (await jailTrouble()) ?? false

/** Processes with a word in their arguments. */
const running = (word: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && Number(pid) !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word)
    } catch {
      return false
    }
  })

test('after the control plane was killed, no process of its sessions is left, and the next one removes their files', { skip }, async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-killed-'))
  const word = `firedrill-word-${process.pid}`
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'killed-child.ts'), dir, word],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    child.stdout.setEncoding('utf8')
    for await (const said of child.stdout) if (String(said).includes('both run')) break
    assert.ok(running(word).length >= 2, 'in the terminal, and without one')
  } finally {
    child.kill('SIGKILL')
  }
  await until('what ran in the terminal to die', 10_000, () => running(word).length === 0, 50)
  assert.ok(existsSync(runtimeFolder(dir)), 'there is something to remove')
  const next = new Jailed({ dir })
  await next.shells.sweep()
  assert.ok(!existsSync(runtimeFolder(dir)))
  assert.deepEqual(globSync(`/sys/fs/cgroup/{,*/}firedrill-${rangeId(dir)}-shell-*`), [])
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(path.basename(runtimeFolder(dir))))
  await next[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})
