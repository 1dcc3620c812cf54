import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { until } from '../../../model/until.ts'
import { readStat } from './identity.ts'
import { withLock } from './lock.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'firedrill-lock-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const left = () => readdirSync(dir)

/** Another process that takes the lock, reports it, and keeps it until it is killed. */
async function holder(file: string): Promise<ChildProcess> {
  const script = `
    import { withLock } from ${JSON.stringify(path.join(import.meta.dirname, 'lock.ts'))}
    await withLock(process.argv[1], () => new Promise(() => { process.stdout.write('held'); setInterval(() => {}, 1000) }))`
  const child = spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout ?? child, 'data')
  return child
}

test('holders take turns, in the order in which they came', async () => {
  const file = path.join(dir, 'one')
  const done: string[] = []
  let inside = 0
  const work = (name: string) => () =>
    withLock(file, async () => {
      assert.equal(++inside, 1, 'alone')
      await new Promise((resolve) => setImmediate(resolve))
      done.push(name)
      inside--
    })
  await Promise.all(['a', 'b', 'c'].map((name) => work(name)()))
  assert.deepEqual(done, ['a', 'b', 'c'])
  assert.deepEqual(left(), [])
})

test('a failure releases the lock', async () => {
  const file = path.join(dir, 'failing')
  await assert.rejects(
    withLock(file, async () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await withLock(file, async () => 'next'), 'next')
})

test('another process waits, and on a timeout is told who holds it', async () => {
  const file = path.join(dir, 'other')
  const child = await holder(file)
  try {
    await assert.rejects(
      withLock(file, async () => {}, 300),
      new RegExp(`process ${child.pid} has held`),
    )
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  assert.equal(await withLock(file, async () => 'taken over', 5_000), 'taken over')
})

test('a suspended holder loses the lock, and gets an error', async () => {
  const file = path.join(dir, 'suspended')
  const child = await holder(file)
  child.kill('SIGSTOP')
  await until('the holder to stop', 5_000, () => readStat(child.pid ?? 0)?.state === 'T', 10)
  assert.equal(await withLock(file, async ({ isHeld }) => isHeld(), 5_000), true)
  child.kill('SIGKILL')
  await once(child, 'exit')

  const lost = await withLock(file, async ({ isHeld }) => {
    rmSync(file)
    symlinkSync(`${process.pid}.0.another`, file)
    return !isHeld()
  })
  assert.equal(lost, true)
  assert.deepEqual(left(), ['suspended'], "the other's is left alone")
})

test('a lock whose pid belongs to another process now is free', async () => {
  const file = path.join(dir, 'reused')
  symlinkSync(`${process.pid}.1.before`, file)
  assert.equal(await withLock(file, async () => 'mine', 1_000), 'mine')
})
