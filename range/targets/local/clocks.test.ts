import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { libfaketime } from '../../binaries.ts'
import type { RangeContext } from '../../context.ts'
import { clockOffset, withClock } from './clocks.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-clocks-'))
after(() => rmSync(dir, { recursive: true }))
// Safe: only its folder is read.
const context = { dir } as RangeContext
const program = `
  const [wall, timer] = [Date.now(), performance.now()]
  setTimeout(() => console.log(JSON.stringify({ wall, tookMs: performance.now() - timer, wallMs: Date.now() - wall })), 50)`
const spec = { file: process.execPath, args: ['-e', program], env: { OWN: 'yes' } }
const setTo = (offset: string) => {
  mkdirSync(path.join(dir, 'config', 'orders'), { recursive: true })
  writeFileSync(path.join(dir, 'config', 'orders', 'clock'), offset)
}

test('a clock is off by whole seconds, or right as far as its header can tell', () => {
  const asked = Date.parse('2026-03-02T10:00:00.900Z')
  for (const [told, seconds] of [
    ['10:00:00', 0],
    ['09:59:59', 0],
    ['10:00:01', 0],
    ['10:00:05', 5],
    ['09:55:00', -300],
    ['10:05:00', 300],
  ] as const)
    assert.equal(clockOffset(Date.parse(`2026-03-02T${told}Z`), asked, asked + 200), seconds, told)
})

test('a service that takes long to answer is not taken for one whose clock is wrong', () => {
  const asked = Date.parse('2026-03-02T10:00:00Z')
  assert.equal(clockOffset(asked + 4_000, asked, asked + 4_500), 0)
})

test('a service whose clock is right, and everything else, is started as it is', () => {
  assert.equal(withClock(context, 'orders', spec), spec)
  setTo('+0\n')
  assert.equal(withClock(context, 'orders', spec), spec)
  setTo('-300\n')
  assert.equal(withClock(context, 'orders-proxy', spec), spec)
  assert.equal(withClock(context, 'payments', spec), spec)
})

test('a service whose clock is wrong has the wrong time, and timers that are right', (given) => {
  if (libfaketime() === null) return given.skip('libfaketime is not installed')
  for (const offset of [-300, 150]) {
    setTo(`${offset < 0 ? '' : '+'}${offset}\n`)
    const { file, args, env } = withClock(context, 'orders', spec)
    assert.equal(env['OWN'], 'yes')
    const told = JSON.parse(execFileSync(file, args, { env, encoding: 'utf8' })) as { wall: number; tookMs: number; wallMs: number }
    assert.ok(Math.abs(told.wall - Date.now() - offset * 1_000) < 30_000, JSON.stringify(told))
    for (const ms of [told.tookMs, told.wallMs]) assert.ok(ms >= 45 && ms < 20_000, JSON.stringify(told))
  }
})
